import { expect, it } from 'vitest';
import { rowLines, rowsOf } from './rows';

it('reads what it writes', () => {
  const filters = [
    { table: 'orders', column: 'country', values: ['France', 'United Kingdom'] },
    { table: 'tickets', column: 'team', values: ['a = b'] }
  ];
  expect(rowsOf(rowLines(filters).join('\n'))).toEqual({ filters });
  expect(rowsOf(' \n')).toEqual({ filters: [] });
});

it('says which line is none', () => {
  for (const wrong of ['orders = France', 'orders.country', 'orders.country = ,']) {
    expect(rowsOf(`orders.country = France\n${wrong}`)).toEqual({ filters: [], wrong });
  }
});
