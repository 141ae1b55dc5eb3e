import { describe, expect, it } from 'vitest';
import { courses } from './currencies';

const point = (from: string, currency: string | null, value: number | null) => ({ from, currency, value, n: value === null ? 0 : 1 });

describe('courses', () => {
  it('leaves one currency, or none, as it is', () => {
    const points = [point('a', null, null), point('b', 'GBP', 2)];
    expect(courses(points)).toEqual([{ currency: 'GBP', points }]);
    expect(courses([])).toEqual([{ currency: null, points: [] }]);
  });

  it('tells several apart, each with every bucket', () => {
    const told = courses([point('a', 'USD', 1), point('b', null, null), point('c', 'EUR', 2), point('c', 'USD', 3)]);
    expect(told.map(({ currency, points }) => [currency, points.map(({ value }) => value)])).toEqual([
      ['EUR', [null, null, 2]],
      ['USD', [1, null, 3]],
    ]);
  });
});
