import { expect, it } from 'vitest';
import { measuresFirst } from './order';

it('puts the measures of a record before its dimensions, and moves its cells along', () => {
  const columns = ['at', 'record', 'country', 'sku', 'value', 'currency'].map((name) => ({ name, type: 'Utf8View' }));
  const rows = { columns, rows: [['1', '2', '3', '4', '5', null]], total: 1, offset: 0, limit: 1, truncated: false };
  const ordered = measuresFirst(rows);
  expect(ordered.columns.map(({ name }) => name)).toEqual(['at', 'record', 'value', 'currency', 'country', 'sku']);
  expect(ordered.rows).toEqual([['1', '2', '5', null, '3', '4']]);
  expect(ordered.total).toBe(1);
});
