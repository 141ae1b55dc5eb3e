// What has arrived, what is missing and what was refused, as sentences. No numbers are computed here but shares for reading.
import type { DoorHealth, Gap, InputCompleteness, SourceCompleteness, SourceHealth } from '../api/types';
import { amount, count, share, type Manner } from './format';
import { day } from './time';
import { phrase, recordCount } from './words';

/** A calendar day (YYYY-MM-DD) in words; it has no zone to be moved by. */
export const calendarDay = (date: string, manner: Manner): string => day(`${date}T00:00:00Z`, { ...manner, zone: 'UTC' });

/** Cut, not rounded: what is not all is never 100 %. */
export function arrivedShare({ arrived, expected }: InputCompleteness, manner: Manner): string {
  return share(expected === 0 ? 1 : Math.floor((arrived / expected) * 1000) / 1000, manner);
}

export const isLacking = (of: InputCompleteness | null): of is InputCompleteness => of !== null && of.arrived < of.expected;

export function arrivedWords(of: InputCompleteness, manner: Manner): string {
  if (of.expected === 0) return 'No records were expected';
  if (!isLacking(of)) return 'All expected records have arrived';
  return `${arrivedShare(of, manner)} of expected records have arrived`;
}

/** "3 records and €25.50 missing": what a source lacks, each sum of a table apart. */
export function missingWords(of: SourceCompleteness, manner: Manner): string {
  const sums = of.missing_sums.map((sum) => {
    const money = amount(Math.abs(sum.value), { unit: sum.currency ? 'money' : 'count', currency: sum.currency }, manner, 'exact');
    return `${money} ${sum.value < 0 ? 'too much' : 'missing'} in ${phrase(sum.table)}`;
  });
  const records = [
    of.missing > 0 ? `${recordCount(of.missing, manner)} missing` : null,
    of.surplus > 0 ? `${recordCount(of.surplus, manner)} more than told` : null,
  ];
  return [...records.filter((one) => one !== null), ...sums].join(', ');
}

/** "Orders on 3 Mar 2026: 2 of 3 records" */
export function gapWords(gap: Gap, manner: Manner): string {
  return `${phrase(gap.table)} on ${calendarDay(gap.day, manner)}, where ${count(gap.arrived, manner)} of ${recordCount(gap.expected, manner)} arrived`;
}

const reasons: Record<string, string> = {
  signature: 'wrong signature',
  too_large: 'too large',
  rate: 'too many at once',
  crowded: 'too many at once',
  journal_full: 'too much waiting',
  cut_short: 'broken off',
};

export const refusedCount = (source: SourceHealth): number => source.refused.reduce((sum, { count }) => sum + count, 0);

/** "6: 4 wrong signature, 2 too large" */
export function refusedWords(source: SourceHealth, manner: Manner): string {
  const each = source.refused.map((one) => `${count(one.count, manner)} ${reasons[one.reason] ?? phrase(one.reason)}`);
  return each.length > 0 ? each.join(', ') : count(0, manner);
}

/** What waits behind the door; null where nothing can be said. */
export function waitingWords(door: DoorHealth, manner: Manner): string | null {
  if (door.waiting_entries === null) return null;
  if (door.waiting_entries === 0) return 'No message waits to be landed';
  const one = door.waiting_entries === 1;
  return `${count(door.waiting_entries, manner)} ${one ? 'message waits' : 'messages wait'} to be landed (${bytes(door.waiting_bytes ?? 0, manner)})`;
}

function bytes(number: number, manner: Manner): string {
  const [size, unit] = number >= 1e6 ? [1e6, 'megabyte'] : number >= 1e3 ? [1e3, 'kilobyte'] : [1, 'byte'];
  return new Intl.NumberFormat(manner.locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(number / size);
}
