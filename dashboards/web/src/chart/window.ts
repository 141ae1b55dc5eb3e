// A course of one or two points says nothing, and one of hundreds is a thicket. Where a period holds too few buckets
// of a grain, the course begins earlier: the usual number of buckets up to the end of the period. Where it holds too
// many, a panel takes a coarser grain. Pure.
import type { Question } from '../api/paths';
import type { Grain, Series } from '../api/types';
import { localDay, shifted } from '../words/time';
import type { Manner } from '../words/format';

/** As many as a tile's course has. */
const usual = 13;
const fewest = 4;
const most = 130;
/** In days, and only about: it is enough to guess how many buckets there would be. */
const length: [Grain, number][] = [
  ['hour', 1 / 24],
  ['day', 1],
  ['week', 7],
  ['month', 30],
  ['quarter', 91],
];
const months: Partial<Record<Grain, number>> = { month: 1, quarter: 3, year: 12 };
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const days: Partial<Record<Grain, number>> = { day: 1, week: 7 };

/** The question that gives a course worth drawing; null when the series already is one. */
export function widened({ points, grain, period }: Series, question: Question, manner: Manner, weekStart: string): Question | null {
  const starts = startsOf(points);
  const [first] = starts;
  if (!first || starts.length >= fewest || (!months[grain] && !days[grain])) return null;
  const from = back(opening(localDay(first, manner), grain, weekStart), grain, usual - starts.length);
  // The stretch before is in the course itself.
  const compare = question.compare === 'previous' ? 'none' : question.compare;
  return { ...question, compare, period: { from, to: period.to } };
}

/** The finest grain, from the series' own on, of which the period does not hold too many. */
export function readableGrain({ points, grain }: Series): Grain {
  const own = length.findIndex(([name]) => name === grain);
  if (own < 0) return grain;
  const days = startsOf(points).length * (length[own]?.[1] ?? 0);
  return length.slice(own).find(([, size]) => days / size <= most)?.[0] ?? 'year';
}

/** With several currencies a bucket has a point of each. */
const startsOf = (points: Series['points']) => [...new Set(points.map((point) => point.from))];

function back(date: string, grain: Grain, buckets: number): string {
  const step = months[grain];
  if (!step) return shifted(date, -buckets * (days[grain] ?? 1));
  const [year = 0, month = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 - buckets * step, 1)).toISOString().slice(0, 10);
}

/** The first day of the bucket that a day is in: the period may have begun after it. */
function opening(date: string, grain: Grain, weekStart: string): string {
  const step = months[grain];
  if (step) {
    const month = Number(date.slice(5, 7)) - 1;
    return `${date.slice(0, 5)}${String(month - (month % step) + 1).padStart(2, '0')}-01`;
  }
  if (grain !== 'week') return date;
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return shifted(date, -((weekday - Math.max(weekdays.indexOf(weekStart), 0) + 7) % 7));
}
