import { describe, expect, it } from 'vitest';
import type { ListPage } from '../api/types';
import { detailWhere, leadFields, nextOrder, rowKey, sentences, shownFields, toldFields, valueWords } from './list';

const british = { locale: 'en-GB', zone: 'America/New_York' };
const text = (title: string) => ({ title, unit: 'text', currency: null });
const page: ListPage = {
  list: 'risk',
  title: 'Risk',
  about: '',
  order_by: 'margin',
  descending: true,
  // As a map comes: by name, not in the order of the SELECT.
  columns: {
    cover: { title: 'Cover', unit: 'days', currency: null },
    margin: { title: 'Margin', unit: 'money', currency: 'currency' },
    name: text('Name'),
    out_on: { title: 'Out on', unit: 'date', currency: null },
    risk: { title: 'Out', unit: 'percent', currency: null },
    sku: text('Article'),
    units: { title: 'Units', unit: 'count', currency: null },
  },
  detail: { list: 'course', by: ['sku', 'place'] },
  chart: null,
  fields: ['sku', 'name', 'place', 'units', 'cover', 'risk', 'out_on', 'margin', 'currency'].map((name) => ({ name, type: 'Utf8' })),
  rows: [
    ['A 1', null, 'all', 12.25, '3.46', 0.784, '2011-12-24', '1234.5000', 'GBP'],
    ['B 2', null, null, 4, null, 0.001, null, '43.5000', 'EUR'],
  ],
  total: 2,
  offset: 0,
  limit: 25,
  truncated: false,
  knowledge_time: null,
};
const order = { by: 'margin', descending: true };
const field = (name: string) => shownFields(page).find((one) => one.name === name)!;
const words = (name: string, row: number) => valueWords(page.rows[row]![field(name).at] ?? null, field(name), page.rows[row]!, british);

describe('the columns of a list', () => {
  it('stand in the order of the rows, those that are shown', () => {
    expect(shownFields(page).map(({ name, at }) => [name, at])).toEqual([
      ['sku', 0], ['name', 1], ['units', 3], ['cover', 4], ['risk', 5], ['out_on', 6], ['margin', 7],
    ]);
  });

  it('are left out where they say nothing, but not the one of the order', () => {
    expect(toldFields(page, order).untold.map(({ title }) => title)).toEqual(['Name']);
    expect(toldFields(page, { by: 'name', descending: false }).untold).toEqual([]);
  });

  it('of a card are the one of the order, and probabilities', () => {
    expect(leadFields(toldFields(page, order).told, order, 2).map(({ name }) => name)).toEqual(['risk', 'margin']);
    expect(leadFields(toldFields(page, order).told, order).map(({ name }) => name)).toEqual(['units', 'risk', 'margin']);
  });
});

describe('a value of a list', () => {
  it('is written by its unit, under the others', () => {
    expect(words('units', 0)).toBe('12.25');
    expect(words('units', 1)).toBe('4.00');
    expect(words('cover', 0)).toBe('3.5 days');
    expect(words('risk', 0)).toBe('78%');
    expect(words('risk', 1)).toBe('under 1%');
    expect(words('out_on', 0)).toBe('24 Dec 2011');
    expect(words('sku', 0)).toBe('A 1');
  });

  it('has its row’s own currency', () => {
    expect(words('margin', 0)).toBe('£1,235');
    expect(words('margin', 1)).toBe('€44');
  });

  it('that is not there is a dash where a figure would be', () => {
    expect(words('out_on', 1)).toBe('–');
    expect(words('cover', 1)).toBe('–');
    expect(words('name', 0)).toBe('');
  });

  it('of several sentences is told apart', () => {
    expect(sentences('No order for 90 days; late twice')).toEqual(['No order for 90 days', 'late twice']);
  });
});

describe('the order of a list', () => {
  it('begins with the greatest of figures and turns round', () => {
    expect(nextOrder(field('risk'), order)).toEqual({ by: 'risk', descending: true });
    expect(nextOrder(field('sku'), order)).toEqual({ by: 'sku', descending: false });
    expect(nextOrder(field('margin'), order)).toEqual({ by: 'margin', descending: false });
  });
});

describe('what opens from a row', () => {
  it('is of the same values, where there is none of none', () => {
    expect(detailWhere(page, page.rows[0]!)).toEqual([{ dimension: 'sku', value: 'A 1' }, { dimension: 'place', value: 'all' }]);
    expect(detailWhere(page, page.rows[1]!)[1]).toEqual({ dimension: 'place', value: '' });
    expect(rowKey(page, page.rows[0]!)).not.toBe(rowKey(page, page.rows[1]!));
  });
});
