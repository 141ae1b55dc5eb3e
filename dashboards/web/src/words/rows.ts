// Which rows a partner sees, as those who set it up write and read them: `orders.country = France, Spain`.
import type { RowFilter } from '../api/admin';

/** One filter a line; one that cannot be read is answered as it stands. */
export function rowsOf(text: string): { filters: RowFilter[]; wrong?: string } {
  const filters: RowFilter[] = [];
  for (const line of text.split('\n').filter((line) => line.trim())) {
    const [, table, column, list] = /^\s*(\w+)\.(\w+)\s*=(.*)$/.exec(line) ?? [];
    const values = (list ?? '').split(',').map((value) => value.trim()).filter(Boolean);
    if (!table || !column || values.length === 0) return { filters: [], wrong: line.trim() };
    filters.push({ table, column, values });
  }
  return { filters };
}

/** As they are written. */
export const rowLines = (filters: RowFilter[]): string[] =>
  filters.map((one) => `${one.table}.${one.column} = ${one.values.join(', ')}`);
