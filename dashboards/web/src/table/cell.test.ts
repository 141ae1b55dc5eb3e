import { describe, expect, it } from 'vitest';
import { cellWords, decimalsOf, isNumber } from './cell';

const american = { locale: 'en-US', zone: 'America/New_York' };

describe('a cell', () => {
  it('follows the type of its column', () => {
    expect(cellWords('2011-12-09T12:50:00Z', 'Timestamp(µs, "UTC")', american)).toBe('Dec 9, 2011, 07:50 AM');
    expect(cellWords('2011-12-09', 'Date32', american)).toBe('Dec 9, 2011');
    expect(cellWords('536365', 'text', american)).toBe('536365');
    expect(cellWords(-1234.5678, 'decimal(18,4)', american)).toBe('−1,234.5678');
    expect(cellWords(true, 'boolean', american)).toBe('Yes');
    expect(cellWords(null, 'text', american)).toBe('');
  });

  it('lines up with its column', () => {
    expect(decimalsOf([54.1, 12.25, null])).toBe(2);
    expect(cellWords(54.1, 'decimal', american, 2)).toBe('54.10');
  });

  it('knows which columns are numbers', () => {
    expect(isNumber('Decimal128(18, 4)')).toBe(true);
    expect(isNumber('BIGINT')).toBe(true);
    expect(isNumber('Int64')).toBe(true);
    expect(isNumber('Float64')).toBe(true);
    expect(isNumber('Utf8View')).toBe(false);
    expect(isNumber('Timestamp(µs, "UTC")')).toBe(false);
    expect(isNumber('interval')).toBe(false);
    expect(isNumber('text')).toBe(false);
  });
});
