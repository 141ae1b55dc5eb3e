import { expect, it } from 'vitest';
import { markWords } from './values';

it('says our own marks in words, and leaves what sources sent', () => {
  expect(markWords('confidence', 'high')).toBe('High');
  expect(markWords('method', 'negative_binomial')).toBe('Negative binomial');
  expect(markWords('basis', 'known')).toBe('As known then');
  expect(markWords('location', 'all')).toBe('All');
  expect(markWords('location', 'north_2')).toBe('north_2');
  expect(markWords('sku', 'known')).toBe('known');
});
