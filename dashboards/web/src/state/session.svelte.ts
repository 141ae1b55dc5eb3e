// Who reads, for which tenants, under which brand, and what the present tenant measures.
import type { Brand, Kpi, Me, PageEntry, Permission, Tenant } from '../api/types';
import type { Question } from '../api/paths';
import type { Manner } from '../words/format';
import { here } from './place.svelte';

let me = $state.raw<Me | null>(null);
let signedOut = $state(false);
let brand = $state.raw<Brand | null>(null);
let pages = $state.raw<PageEntry[]>([]);
let kpis = $state.raw<Map<string, Kpi>>(new Map());

export const session = {
  get me() {
    return me;
  },
  get signedOut() {
    return signedOut;
  },
  get brand() {
    return brand;
  },
  get pages() {
    return pages;
  },
  get kpis() {
    return kpis;
  },
  /** Whether the reader may do something in one place at least. */
  may(permission: Permission): boolean {
    return me?.person.permissions.includes(permission) ?? false;
  },
  get tenant(): Tenant | null {
    return me?.tenants.find((tenant) => tenant.id === here.place.tenant) ?? null;
  },
  get manner(): Manner {
    return { locale: this.tenant?.locale ?? 'en', zone: this.tenant?.zone ?? 'UTC' };
  },
  signIn(who: Me) {
    me = who;
    brand = who.brand;
    signedOut = false;
  },
  signOut() {
    signedOut = true;
  },
  wear(next: Brand) {
    brand = next;
  },
  enter(catalogue: { pages: PageEntry[]; kpis: Kpi[] }) {
    pages = catalogue.pages;
    kpis = new Map(catalogue.kpis.map((kpi) => [kpi.id, kpi]));
  },
  /** What a figure is asked under: of the filters, only those whose dimension it has. */
  question(kpi: string): Question {
    const { period, compare, where, asOf } = here.place;
    const known = kpis.get(kpi)?.dimensions ?? [];
    return { period, compare, asOf, where: where.filter((one) => known.includes(one.dimension)) };
  },
  /** The filters that a figure cannot follow, because its records do not say. */
  deaf(kpi: string): string[] {
    const known = kpis.get(kpi)?.dimensions ?? [];
    return here.place.where.map((one) => one.dimension).filter((dimension) => !known.includes(dimension));
  },
};
