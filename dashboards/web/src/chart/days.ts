// The days of a strip: one column a calendar day from the first to the last, also for days of which nothing was told.
import type { DayCount } from '../api/types';
import { shifted } from '../words/time';

export interface DayColumn {
  day: string;
  /** Null for a day of which nothing was told. */
  count: DayCount | null;
  /** How much of the column is not there, from 0 to 1; what is missing at all is seen. */
  missing: number;
}

/** The least share of a column that can be seen. */
const least = 0.25;
/** A strip of more days would have columns too narrow to see. */
const most = 120;

export function columns(days: DayCount[]): DayColumn[] {
  const by = new Map(days.map((one) => [one.day, one]));
  const last = days.at(-1)?.day;
  const drawn: DayColumn[] = [];
  for (let day = last; day && days[0] && day >= days[0].day && drawn.length < most; day = shifted(day, -1)) {
    const count = by.get(day) ?? null;
    const share = count && count.expected > 0 ? 1 - count.arrived / count.expected : 0;
    drawn.push({ day, count, missing: share > 0 ? Math.max(share, least) : 0 });
  }
  return drawn.reverse();
}
