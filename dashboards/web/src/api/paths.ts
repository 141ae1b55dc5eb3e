// Addresses of the API. A question is what every number is asked under: period, comparison, filters, knowledge time.
import type { Compare, Period, Where } from '../state/url';
import type { Grain } from './types';

export interface Question {
  period: Period;
  compare: Compare;
  where: Where[];
  asOf: string | null;
}

/** What is asked of a list: it stands as the latest forecast says, whatever the period. */
export interface ListQuestion {
  where: Where[];
  asOf: string | null;
  /** None is the list's own order. */
  order?: { by: string; descending: boolean } | null;
}

type Extra = Record<string, string | number | null | undefined>;

const root = '/api/v1';
const inside = (tenant: string, ...parts: string[]) =>
  [root, 'tenants', encodeURIComponent(tenant), ...parts.map(encodeURIComponent)].join('/');

function asked(question: Question, extra: Extra, compare = true): string {
  const query = new URLSearchParams();
  if ('name' in question.period) query.set('period', question.period.name);
  else {
    query.set('from', question.period.from);
    query.set('to', question.period.to);
  }
  if (compare) query.set('compare', question.compare);
  for (const { dimension, value } of question.where) query.append('where', `${dimension}:${value}`);
  if (question.asOf) query.set('as_of', question.asOf);
  for (const [name, value] of Object.entries(extra)) {
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  return `?${query}`;
}

function listed({ where, asOf, order }: ListQuestion, extra: Extra): string {
  const query = new URLSearchParams();
  if (order) {
    query.set('order', order.by);
    query.set('descending', String(order.descending));
  }
  for (const { dimension, value } of where) query.append('where', `${dimension}:${value}`);
  if (asOf) query.set('as_of', asOf);
  for (const [name, value] of Object.entries(extra)) query.set(name, String(value));
  return `?${query}`;
}

function searched(extra: Extra): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(extra)) if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  return `?${query}`;
}

export const paths = {
  me: () => `${root}/me`,
  brand: () => `${root}/brand`,
  session: () => `${root}/session`,
  password: () => `${root}/password`,
  signIn: () => `${root}/sign-in`,
  places: () => `${root}/admin/places`,
  people: () => `${root}/admin/people`,
  person: (id: string, verb: 'disable' | 'enable' | 'reset-password') => `${root}/admin/people/${encodeURIComponent(id)}/${verb}`,
  role: (person: string, place: string) =>
    `${root}/admin/people/${encodeURIComponent(person)}/roles/${encodeURIComponent(place)}`,
  tokens: () => `${root}/admin/tokens`,
  token: (id: string) => `${root}/admin/tokens/${encodeURIComponent(id)}`,
  grants: () => `${root}/admin/grants`,
  grant: (partner: string, tenant: string) =>
    `${root}/admin/grants/${encodeURIComponent(partner)}/${encodeURIComponent(tenant)}`,
  providers: () => `${root}/admin/providers`,
  provider: (partner: string) => `${root}/admin/providers/${encodeURIComponent(partner)}`,
  audit: (action: string, after: string | null) => `${root}/admin/audit${searched({ action, after, limit: 50 })}`,
  pages: (tenant: string) => inside(tenant, 'pages'),
  page: (tenant: string, page: string) => inside(tenant, 'pages', page),
  kpis: (tenant: string) => inside(tenant, 'kpis'),
  kpi: (tenant: string, kpi: string) => inside(tenant, 'kpis', kpi),
  health: (tenant: string) => inside(tenant, 'health'),
  receipt: (tenant: string, id: string) => inside(tenant, 'receipts', id),
  quarantine: (tenant: string, limit: number, offset: number) =>
    `${inside(tenant, 'quarantine')}?limit=${limit}&offset=${offset}`,
  reading: (tenant: string, kpi: string, question: Question) =>
    inside(tenant, 'kpis', kpi, 'reading') + asked(question, {}),
  series: (tenant: string, kpi: string, question: Question, grain: Grain, format?: 'csv') =>
    inside(tenant, 'kpis', kpi, 'series') + asked(question, { grain, format }),
  slices: (tenant: string, kpi: string, question: Question, by: string, limit: number, format?: 'csv') =>
    inside(tenant, 'kpis', kpi, 'slices') + asked(question, { by, limit, format }),
  records: (tenant: string, kpi: string, question: Question, page: { limit: number; offset: number }) =>
    inside(tenant, 'kpis', kpi, 'records') + asked(question, page, false),
  list: (tenant: string, list: string, question: ListQuestion, page: { limit: number; offset: number }) =>
    inside(tenant, 'lists', list) + listed(question, page),
  listCsv: (tenant: string, list: string, question: ListQuestion) =>
    inside(tenant, 'lists', list) + listed(question, { format: 'csv' }),
  recordsCsv: (tenant: string, kpi: string, question: Question) =>
    inside(tenant, 'kpis', kpi, 'records') + asked(question, { format: 'csv' }, false),
};
