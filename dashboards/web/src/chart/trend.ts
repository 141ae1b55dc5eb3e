// What a trend is: a series with what it is compared with, and its buckets in words. The words are the same in the
// tooltip, in the table and for a screen reader.
import type { Grain, Kind, Point } from '../api/types';
import { amount, type Manner, type Unit } from '../words/format';
import { bucket } from '../words/time';

/** A little more, so that the same week does not stand at both ends. */
const year = 380 * 86_400_000;

export interface Trend {
  points: Point[];
  previous: Point[];
  target: number | null;
  kind: Kind;
  grain: Grain;
  of: Unit;
}

/** What stands under the axis. Days and weeks of more than a year are told apart by their month and year. */
export function axisLabels({ points, grain }: Trend, manner: Manner): string[] {
  const span = Date.parse(points.at(-1)?.from ?? '') - Date.parse(points[0]?.from ?? '');
  const said = span > year && (grain === 'day' || grain === 'week') ? 'month' : grain;
  return points.map((point) => bucket(point.from, said, manner));
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
