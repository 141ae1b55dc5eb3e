import { describe, expect, it } from 'vitest';
import { keyWords, label, sumLine } from './words';

const british = { locale: 'en-GB', zone: 'Europe/London' };

describe('names', () => {
  it('become words', () => {
    expect(label('ship_country')).toBe('Ship country');
    expect(label('_line')).toBe('Line');
    expect(keyWords(null)).toBe('Not given');
    expect(keyWords(true)).toBe('Yes');
  });
});

describe('the sum line', () => {
  const none = { numerator: null, denominator: null };
  const pounds = { unit: 'money', currency: 'GBP' };

  it('says what the records add up to, exactly', () => {
    expect(sumLine({ total: 2431, value: 1243500.12, ...none }, 'sum', pounds, british)).toEqual({
      lead: 'These 2,431 records add up to',
      figure: '£1,243,500.12',
    });
  });

  it('shows both sides of a ratio', () => {
    const line = sumLine({ total: 4, value: 0.75, numerator: 3, denominator: 4 }, 'ratio', { unit: 'percent', currency: null }, british);
    expect(line).toEqual({ lead: 'These 4 records give 3 out of 4:', figure: '75.0%' });
  });

  it('does not add currencies', () => {
    expect(sumLine({ total: 3, value: null, ...none }, 'sum', pounds, british).figure).toBe('');
  });
});
