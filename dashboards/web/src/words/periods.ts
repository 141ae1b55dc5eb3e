// The periods that have a name, and the grain that suits a period's length.
import type { Grain } from '../api/types';
import type { Compare, Period } from '../state/url';

export interface NamedPeriod {
  name: string;
  words: string;
  grain: Grain;
}

/** In the groups in which they are offered. */
export const periodGroups: NamedPeriod[][] = [
  [
    { name: 'today', words: 'Today', grain: 'hour' },
    { name: 'yesterday', words: 'Yesterday', grain: 'hour' },
  ],
  [
    { name: 'week_to_date', words: 'Week to date', grain: 'day' },
    { name: 'month_to_date', words: 'Month to date', grain: 'day' },
    { name: 'quarter_to_date', words: 'Quarter to date', grain: 'week' },
    { name: 'year_to_date', words: 'Year to date', grain: 'month' },
  ],
  [
    { name: 'last_7_days', words: 'Last 7 days', grain: 'day' },
    { name: 'last_30_days', words: 'Last 30 days', grain: 'day' },
    { name: 'last_90_days', words: 'Last 90 days', grain: 'week' },
  ],
  [
    { name: 'last_week', words: 'Last week', grain: 'day' },
    { name: 'last_month', words: 'Last month', grain: 'day' },
    { name: 'last_quarter', words: 'Last quarter', grain: 'week' },
    { name: 'last_year', words: 'Last year', grain: 'month' },
    { name: 'all', words: 'All time', grain: 'month' },
  ],
];

export const compareWords: Record<Compare, string> = {
  previous: 'Period before',
  year: 'Year before',
  none: 'Nothing',
};

const named = periodGroups.flat();

export function periodWords(period: Period): string {
  if (!('name' in period)) return 'Chosen days';
  return named.find((one) => one.name === period.name)?.words ?? period.name.replaceAll('_', ' ');
}

export function suitingGrain(period: Period): Grain {
  if ('name' in period) return named.find((one) => one.name === period.name)?.grain ?? 'day';
  const days = (Date.parse(period.to) - Date.parse(period.from)) / 86_400_000;
  if (days <= 2) return 'hour';
  if (days <= 45) return 'day';
  if (days <= 200) return 'week';
  return days <= 1800 ? 'month' : 'quarter';
}
