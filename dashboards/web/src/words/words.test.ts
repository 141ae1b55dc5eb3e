import { describe, expect, it } from 'vitest';
import { keyWords, label, phrase, sumLine } from './words';

const british = { locale: 'en-GB', zone: 'Europe/London' };

describe('names', () => {
  it('become words', () => {
    expect(label('ship_country')).toBe('Ship country');
    expect(label('customer_id')).toBe('Customer ID');
    expect(phrase('sku')).toBe('SKU');
    expect(label('at')).toBe('When');
    expect(label('_line')).toBe('Line');
    expect(keyWords(null)).toBe('Not given');
    expect(keyWords(true)).toBe('Yes');
  });
});

describe('the sum line', () => {
  const none = { numerator: null, denominator: null };

  it('says what the records add up to, exactly', () => {
    expect(sumLine({ total: 2431, value: 1243500.12, currency: 'GBP', ...none }, 'sum', 'money', british)).toEqual({
      lead: 'These 2,431 records add up to',
      figure: '£1,243,500.12',
    });
  });

  it('shows both sides of a ratio', () => {
    const line = (currency: string | null) =>
      sumLine({ total: 4, value: 0.75, currency, numerator: 3, denominator: 4 }, 'ratio', 'percent', british);
    expect(line(null)).toEqual({ lead: 'These 4 records give 3 out of 4:', figure: '75.0%' });
    expect(line('GBP')).toEqual({ lead: 'These 4 records give £3.00 out of £4.00:', figure: '75.0%' });
  });

  it('does not add currencies', () => {
    expect(sumLine({ total: 3, value: null, currency: null, ...none }, 'sum', 'money', british).figure).toBe('');
  });
});
