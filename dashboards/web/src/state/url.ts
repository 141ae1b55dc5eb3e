// Where a reader is, as an address and back: tenant, page, period, comparison, filters and the opened figure.
import type { Grain } from '../api/types';

export type Compare = 'previous' | 'year' | 'none';
export type Tab = 'trend' | 'slices' | 'records' | 'definition';
/** A named period, or whole days in the tenant's zone with `to` exclusive. */
export type Period = { name: string } | { from: string; to: string };

export interface Where {
  dimension: string;
  value: string;
}

export interface Drill {
  kpi: string;
  tab: Tab;
  by: string | null;
  grain: Grain | null;
}

export interface Place {
  /** What is set up, in place of a tenant's page. */
  admin: AdminPage | null;
  tenant: string | null;
  page: string | null;
  period: Period;
  compare: Compare;
  where: Where[];
  asOf: string | null;
  drill: Drill | null;
}

/** The pages for those who set things up. */
export const adminPages = ['people', 'tokens', 'access', 'audit'] as const;
export type AdminPage = (typeof adminPages)[number];

export const tabs: Tab[] = ['trend', 'slices', 'records', 'definition'];
export const grains: Grain[] = ['hour', 'day', 'week', 'month', 'quarter', 'year'];
const compares: Compare[] = ['previous', 'year', 'none'];
const usualPeriod: Period = { name: 'month_to_date' };
const day = /^\d{4}-\d{2}-\d{2}$/;

const among = <T extends string>(choices: readonly T[], text: string | null): T | null =>
  choices.find((choice) => choice === text) ?? null;

export function parse(path: string, search: string): Place {
  const [mark, tenant, page] = path.split('/').filter(Boolean).map(decode);
  const query = new URLSearchParams(search);
  const kpi = query.get('kpi');
  return {
    admin: mark === 'admin' ? (among(adminPages, tenant ?? null) ?? 'people') : null,
    tenant: mark === 't' ? (tenant ?? null) : null,
    page: mark === 't' ? (page ?? null) : null,
    period: periodOf(query),
    compare: among(compares, query.get('compare')) ?? 'previous',
    where: query.getAll('where').flatMap(whereOf),
    asOf: query.get('as_of'),
    drill: kpi
      ? {
          kpi,
          tab: among(tabs, query.get('tab')) ?? 'trend',
          by: query.get('by'),
          grain: among(grains, query.get('grain')),
        }
      : null,
  };
}

export function write(place: Place): string {
  if (place.admin) return `/admin/${place.admin}`;
  const path = ['', 't', place.tenant, place.page].filter((part) => part !== null).map(encode).join('/');
  const query = new URLSearchParams();
  if ('name' in place.period) query.set('period', place.period.name);
  else {
    query.set('from', place.period.from);
    query.set('to', place.period.to);
  }
  if (place.compare !== 'previous') query.set('compare', place.compare);
  for (const { dimension, value } of place.where) query.append('where', `${dimension}:${value}`);
  if (place.asOf) query.set('as_of', place.asOf);
  if (place.drill) {
    query.set('kpi', place.drill.kpi);
    query.set('tab', place.drill.tab);
    if (place.drill.by) query.set('by', place.drill.by);
    if (place.drill.grain) query.set('grain', place.drill.grain);
  }
  return `${place.tenant ? path : '/'}?${query}`;
}

/** The filters with one more; a dimension is held to one value at a time. */
export function narrowed(where: Where[], dimension: string, value: string): Where[] {
  return [...without(where, dimension), { dimension, value }];
}

export const without = (where: Where[], dimension: string): Where[] =>
  where.filter((one) => one.dimension !== dimension);

function periodOf(query: URLSearchParams): Period {
  const from = query.get('from');
  const to = query.get('to');
  if (from && to && day.test(from) && day.test(to) && from < to) return { from, to };
  const name = query.get('period');
  return name && /^[a-z0-9_]+$/.test(name) ? { name } : usualPeriod;
}

function whereOf(text: string): Where[] {
  const colon = text.indexOf(':');
  return colon > 0 ? [{ dimension: text.slice(0, colon), value: text.slice(colon + 1) }] : [];
}

const encode = (part: string) => encodeURIComponent(part);
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
