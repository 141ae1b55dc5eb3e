// Amounts of several currencies are never added: a series that has several is told apart, one course a currency. Pure.

interface Bucket {
  from: string;
  value: number | null;
  currency: string | null;
}

export interface Course<T> {
  currency: string | null;
  points: T[];
}

/** One course a currency, every one with all buckets; a bucket in which a currency has no records is empty there. */
export function courses<T extends Bucket>(points: T[]): Course<T>[] {
  const currencies = currenciesOf(points);
  if (currencies.length < 2) return [{ currency: currencies[0] ?? null, points }];
  return currencies.map((currency) => ({ currency, points: courseIn(points, currency) }));
}

/** The course of one currency; of what names no currency, all of it. */
export function courseIn<T extends Bucket>(points: T[], currency: string | null): T[] {
  if (currency === null) return points;
  const starts = [...new Map(points.map((point) => [point.from, point])).values()];
  return starts.map((any) => {
    const own = points.find((point) => point.from === any.from && point.currency === currency);
    return own ?? { ...any, currency, value: null, numerator: null, denominator: null, n: 0, small: true };
  });
}

const currenciesOf = (points: Bucket[]) => [...new Set(points.flatMap((point) => point.currency ?? []))].sort();
