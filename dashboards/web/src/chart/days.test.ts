import { expect, it } from 'vitest';
import { columns } from './days';

const count = (day: string, expected: number, arrived: number) => ({ day, expected, arrived, complete: arrived === expected });

it('draws a column a day, also for days of which nothing was told', () => {
  const drawn = columns([count('2026-02-27', 4, 4), count('2026-03-02', 4, 1)]);
  expect(drawn.map(({ day }) => day)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
  expect(drawn.map(({ missing }) => missing)).toEqual([0, 0, 0, 0.75]);
  expect(drawn[1]?.count).toBeNull();
});

it('shows what is missing however little it is', () => {
  expect(columns([count('2026-03-01', 10_000, 9_999)])[0]?.missing).toBeGreaterThanOrEqual(0.25);
});

it('draws nothing of nothing', () => expect(columns([])).toEqual([]));
