// What a trend is: a series with what it is compared with, and its buckets in words. The words are the same in the
// tooltip, in the table and for a screen reader.
import type { Grain, Kind, Point } from '../api/types';
import { amount, type Manner, type Unit } from '../words/format';
import { bucket } from '../words/time';

export interface Trend {
  points: Point[];
  previous: Point[];
  target: number | null;
  kind: Kind;
  grain: Grain;
  of: Unit;
}

/** One bucket: when, how much, and how much before. */
export function pointWords(trend: Trend, at: number, manner: Manner): string[] {
  const point = trend.points[at];
  if (!point) return [];
  const before = trend.previous[at];
  return [
    bucket(point.from, trend.grain, manner, 'long'),
    amount(point.value, trend.of, manner, 'exact') + (point.complete ? '' : ', not complete yet'),
    ...(before ? [`before: ${amount(before.value, trend.of, manner, 'exact')}`] : []),
  ];
}
