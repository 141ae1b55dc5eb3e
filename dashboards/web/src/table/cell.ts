// A value of a record as a reader sees it: by the type of its column, exactly.
import type { Cell } from '../api/types';
import type { Manner } from '../words/format';
import { day, instant } from '../words/time';

const numbers = /^(u?int\d*|bigint|smallint|integer|decimal\d*|numeric|float\d*|double|real)\b/i;

export const isNumber = (type: string) => numbers.test(type);

/** The decimals that the numbers of a column need, so that they stand under each other. */
export function decimalsOf(values: Cell[]): number {
  const digits = values.map((value) => (typeof value === 'number' ? (String(value).split('.')[1]?.length ?? 0) : 0));
  return Math.min(Math.max(0, ...digits), 10);
}

export function cellWords(value: Cell, type: string, manner: Manner, decimals = 0): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') {
    return new Intl.NumberFormat(manner.locale, { minimumFractionDigits: decimals, maximumFractionDigits: 10 }).format(value).replace(/^-/, '−');
  }
  if (/^timestamp/i.test(type) && !Number.isNaN(Date.parse(value))) return instant(value, manner);
  // A calendar day has no zone to be moved by.
  if (/^date/i.test(type) && !Number.isNaN(Date.parse(value))) return day(`${value.slice(0, 10)}T00:00:00Z`, { ...manner, zone: 'UTC' });
  return value;
}
