// The columns of records in the order in which a reader asks: when, which, how much, and only then by what it is cut. Pure.
import type { Rows } from '../api/types';

const first = ['at', 'until', 'record', 'value', 'numerator', 'denominator', 'currency', 'open'];

/** The same rows, their measures before their dimensions. */
export function measuresFirst<T extends Rows>(rows: T): T {
  const rank = (at: number) => {
    const place = first.indexOf(rows.columns[at]?.name ?? '');
    return place < 0 ? first.length : place;
  };
  const order = rows.columns.map((_, at) => at).sort((a, b) => rank(a) - rank(b));
  return {
    ...rows,
    columns: order.flatMap((at) => rows.columns[at] ?? []),
    rows: rows.rows.map((row) => order.map((at) => row[at] ?? null)),
  };
}
