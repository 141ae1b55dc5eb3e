// Words for the marks that our own lists use, by the column that they stand in; what sources sent stays as it is.
import { label } from './words';

const said: Record<string, Record<string, string>> = {
  basis: { known: 'As known then', happened: 'As they happened, loaded later' },
  location: { all: 'All' },
};
/** Columns whose values are our names for something. */
const named = new Set(['class', 'confidence', 'direction', 'kind', 'kpi', 'method', 'model']);

export function markWords(column: string, mark: string): string {
  return said[column]?.[mark] ?? (named.has(column) ? label(mark) : mark);
}
