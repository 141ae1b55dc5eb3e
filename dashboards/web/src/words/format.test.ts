import { describe, expect, it } from 'vitest';
import { amount, amountParts, change, count, nothing, share, signed } from './format';

const british = { locale: 'en-GB', zone: 'Europe/London' };
const indian = { locale: 'en-IN', zone: 'Asia/Kolkata' };
const german = { locale: 'de-DE', zone: 'Europe/Berlin' };
const pounds = { unit: 'money', currency: 'GBP' };
const rupees = { unit: 'money', currency: 'INR' };
const euros = { unit: 'money', currency: 'EUR' };
const percent = { unit: 'percent', currency: null };
const hours = { unit: 'hours', currency: null };
const plain = { unit: 'count', currency: null };

describe('an amount on a tile', () => {
  it('is short but never vague', () => {
    expect(amount(1_243_500.12, pounds, british)).toBe('£1.24m');
    expect(amount(243_500.12, pounds, british)).toBe('£243,500');
    expect(amount(43.5, pounds, british)).toBe('£43.50');
    expect(amount(-43.5, pounds, british)).toBe('−£43.50');
    expect(amount(0.8714, percent, british)).toBe('87.1%');
    expect(amount(38.249, hours, british)).toBe('38.2 hours');
    expect(amount(1, { unit: 'days', currency: null }, british)).toBe('1 day');
    expect(amount(2431, plain, british)).toBe('2,431');
    expect(amount(2431, { unit: 'order_lines', currency: null }, british)).toBe('2,431 order lines');
  });

  it('groups the Indian way where that is the way', () => {
    expect(amount(243_500, rupees, indian)).toBe('₹2,43,500');
    expect(amount(12_435_000, rupees, indian)).toBe('₹1.24Cr');
    expect(count(1234567, indian)).toBe('12,34,567');
  });

  it('follows the locale', () => {
    expect(amount(1234.5, euros, german).replace(/\s/g, ' ')).toBe('1.235 €');
    expect(amount(6.2, hours, german)).toBe('6,2 hours');
    expect(amount(0.5, percent, german).replace(/\s/g, ' ')).toBe('50,0 %');
  });

  it('says when there is none', () => {
    expect(amount(null, pounds, british)).toBe(nothing);
  });

  it('keeps a money amount without a currency a plain number', () => {
    expect(amount(1234.5, { unit: 'money', currency: null }, british)).toBe('1,235');
  });
});

describe('an exact amount', () => {
  it('has every digit that there is', () => {
    expect(amount(1_243_500.1234, pounds, british, 'exact')).toBe('£1,243,500.1234');
    expect(amount(1_243_500, pounds, british, 'exact')).toBe('£1,243,500.00');
    expect(amount(0.87141, percent, british, 'exact')).toBe('87.14%');
  });
});

describe('parts', () => {
  it('tell digits from units', () => {
    expect(amountParts(1_243_500, pounds, british)).toEqual([
      { text: '£', role: 'unit' },
      { text: '1.24', role: 'digits' },
      { text: 'm', role: 'unit' },
    ]);
    expect(amountParts(-2, pounds, british)[0]).toEqual({ text: '−', role: 'digits' });
  });
});

describe('a change', () => {
  it('carries its sign', () => {
    expect(change({ absolute: 12, relative: 0.124 }, pounds, british)).toBe('+12.4%');
    expect(change({ absolute: -12, relative: -0.124 }, pounds, british)).toBe('−12.4%');
    expect(change({ absolute: 0, relative: 0 }, pounds, british)).toBe('0.0%');
    expect(change({ absolute: 900, relative: 3.456 }, pounds, british)).toBe('+346%');
  });

  it('is in points for percents', () => {
    expect(change({ absolute: 0.0123, relative: 0.014 }, percent, british)).toBe('+1.2 pts');
    expect(change({ absolute: -0.0123, relative: null }, percent, british)).toBe('−1.2 pts');
  });

  it('is in the unit where nothing was before', () => {
    expect(change({ absolute: 5, relative: null }, hours, british)).toBe('+5 hours');
    expect(signed(-1500, pounds, british)).toBe('−£1,500');
    expect(signed(0, pounds, british)).toBe('£0.00');
  });
});

describe('a share', () => {
  it('is a percent', () => expect(share(0.1484, british)).toBe('14.8%'));
});
