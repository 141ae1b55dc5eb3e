// Instants, buckets and lengths of time as a reader says them, in the tenant's zone and locale.
import type { Grain } from '../api/types';
import { count, type Manner } from './format';

/** "9 Dec 2011, 12:50" */
export function instant(at: string, manner: Manner): string {
  return written(at, manner, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });
}

/** "9 Dec 2011" */
export function day(at: string, manner: Manner): string {
  return written(at, manner, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** The name of a bucket that begins at `from`: short for an axis, long for a table. */
export function bucket(from: string, grain: Grain, manner: Manner, length: 'short' | 'long' = 'short'): string {
  const long = length === 'long';
  if (grain === 'hour') {
    return written(from, manner, { ...(long && { day: 'numeric', month: 'short' }), hour: '2-digit', minute: '2-digit' });
  }
  if (grain === 'month') return written(from, manner, { month: long ? 'long' : 'short', year: 'numeric' });
  if (grain === 'year') return written(from, manner, { year: 'numeric' });
  if (grain === 'quarter') return quarter(from, manner);
  if (!long) return written(from, manner, { day: 'numeric', month: 'short' });
  const name = written(from, manner, { weekday: grain === 'day' ? 'short' : undefined, day: 'numeric', month: 'short', year: 'numeric' });
  return grain === 'week' ? `Week of ${name}` : name;
}

/** The greatest unit that says it: "45 seconds", "3 hours", "12 days". */
export function lasting(seconds: number, manner: Manner): string {
  const steps: [number, string][] = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
  ];
  const [size, unit] = steps.find(([size]) => seconds >= size) ?? [1, 'second'];
  const whole = Math.floor(Math.max(seconds, 0) / size);
  return `${count(whole, manner)} ${unit}${whole === 1 ? '' : 's'}`;
}

/** The calendar day (YYYY-MM-DD) on which an instant falls. */
export function localDay(at: string, manner: Manner): string {
  return cached({ ...manner, locale: 'en-CA' }, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at));
}

/** "8 days", "5.5 hours": an age in hours as people say it. */
export function aged(hours: number, manner: Manner): string {
  const [value, unit] = hours >= 48 ? [hours / 24, 'day'] : [hours, 'hour'];
  const written = new Intl.NumberFormat(manner.locale, { maximumFractionDigits: value >= 10 ? 0 : 1 }).format(value);
  return `${written} ${unit}${written === '1' ? '' : 's'}`;
}

/** Moves a calendar day (YYYY-MM-DD). */
export function shifted(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

function quarter(from: string, manner: Manner): string {
  const parts = cached({ ...manner, locale: 'en' }, { month: 'numeric', year: 'numeric' }).formatToParts(new Date(from));
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return `Q${Math.ceil(part('month') / 3)} ${part('year')}`;
}

const written = (at: string, manner: Manner, options: Intl.DateTimeFormatOptions) =>
  cached(manner, options).format(new Date(at));

const formatters = new Map<string, Intl.DateTimeFormat>();
function cached(manner: Manner, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = manner.locale + manner.zone + JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(manner.locale, { ...options, timeZone: manner.zone });
    formatters.set(key, found);
  }
  return found;
}
