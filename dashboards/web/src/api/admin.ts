// What the API answers to those who set things up, as it answers it.

export type RoleName = 'executive' | 'analyst' | 'operator' | 'partner' | 'administrator';
export const roleNames: RoleName[] = ['executive', 'analyst', 'operator', 'partner', 'administrator'];

/** `installation`, `partner:<id>` or `tenant:<id>`. */
export interface Place {
  place: string;
  name: string;
}

export interface Role {
  place: string;
  role: RoleName;
  domains: string[] | null;
  personal: boolean;
}

export interface Person {
  id: string;
  login: string;
  name: string;
  home: string;
  locale: string | null;
  created_at: string;
  disabled_at: string | null;
  roles: Role[];
}

export interface Token {
  id: string;
  name: string;
  role: RoleName;
  partner: string;
  tenant: string | null;
  domains: string[] | null;
  personal: boolean;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface Grant {
  partner: string;
  tenant: string;
  domains: string[] | null;
  personal: boolean;
  row_filters: RowFilter[];
}

/** Of a table, only the rows whose column holds one of the values. */
export interface RowFilter {
  table: string;
  column: string;
  values: string[];
}

export interface Provider {
  partner: string;
  issuer: string;
  client_id: string;
  has_client_secret: boolean;
  redirect_url: string;
  email_domains: string[];
  new_people_role: RoleName | null;
}

export interface AuditEntry {
  seq: number;
  at: string;
  who: { kind: 'person' | 'token' | 'service' | 'nobody'; id: string | null; name: string | null };
  action: string;
  tenant: string | null;
  detail: Record<string, unknown>;
  rows: number | null;
}

export interface SignedIn {
  password_must_change: boolean;
  csrf: string | null;
}

export interface SignInWays {
  providers: { partner: string; name: string; path: string }[];
}
