import { describe, expect, it } from 'vitest';
import type { Question } from '../api/paths';
import type { Grain, Point, Series } from '../api/types';
import { readableGrain, widened } from './window';

const manner = { locale: 'en-GB', zone: 'Europe/Amsterdam' };
const question: Question = { period: { name: 'month_to_date' }, compare: 'previous', where: [], asOf: null };
const series = (grain: Grain, ...starts: string[]) =>
  ({ grain, points: starts.map((from) => ({ from }) as Point), period: { to: '2018-12-10T23:00:00Z' } }) as Series;

describe('a course that would be too short', () => {
  it('begins so many buckets earlier, at the start of one', () => {
    const asked = (grain: Grain, start: string) => widened(series(grain, start), question, manner, 'monday')?.period;
    const to = '2018-12-10T23:00:00Z';
    expect(asked('month', '2018-11-30T23:00:00Z')).toEqual({ from: '2017-12-01', to });
    expect(asked('quarter', '2018-11-30T23:00:00Z')).toEqual({ from: '2015-10-01', to });
    expect(asked('week', '2018-12-02T23:00:00Z')).toEqual({ from: '2018-09-10', to });
    expect(asked('week', '2018-12-05T23:00:00Z')).toEqual({ from: '2018-09-10', to });
    expect(asked('day', '2018-12-05T23:00:00Z')).toEqual({ from: '2018-11-24', to });
  });

  it('holds the stretch before in itself', () => {
    expect(widened(series('month', '2018-11-30T23:00:00Z'), question, manner, 'monday')?.compare).toBe('none');
    expect(widened(series('month', '2018-11-30T23:00:00Z'), { ...question, compare: 'year' }, manner, 'monday')?.compare).toBe('year');
  });

  it('leaves enough buckets, and hours, as they are', () => {
    expect(widened(series('week', '2018-12-01', '2018-12-02', '2018-12-03', '2018-12-04'), question, manner, 'monday')).toBeNull();
    expect(widened(series('hour', '2018-12-01T00:00:00Z'), question, manner, 'monday')).toBeNull();
    expect(widened(series('day'), question, manner, 'monday')).toBeNull();
  });
});

describe('a course that would be too long', () => {
  it('takes a coarser grain', () => {
    const grain = (of: Grain, buckets: number) => readableGrain(series(of, ...Array.from({ length: buckets }, (_, at) => String(at))));
    expect(grain('day', 9)).toBe('day');
    expect(grain('day', 374)).toBe('week');
    expect(grain('day', 2400)).toBe('month');
    expect(grain('week', 104)).toBe('week');
    expect(grain('year', 200)).toBe('year');
  });
});
