import { describe, expect, it } from 'vitest';
import { isProbability, probability } from './probability';

const british = { locale: 'en-GB', zone: 'Europe/London' };
const german = { locale: 'de-DE', zone: 'Europe/Berlin' };

describe('a probability', () => {
  it('is said in whole percents, as the locale writes them', () => {
    expect(probability(0.784, british)).toBe('78%');
    expect(probability(0.784, german).replace(/\s/g, ' ')).toBe('78 %');
    expect(probability(0.01, british)).toBe('1%');
    expect(probability(0.99, british)).toBe('99%');
  });

  it('is never a certainty', () => {
    expect(probability(0, british)).toBe('under 1%');
    expect(probability(0.0099, british)).toBe('under 1%');
    expect(probability(0.9901, british)).toBe('over 99%');
    expect(probability(1, british)).toBe('over 99%');
  });

  it('is a share of one', () => {
    expect(isProbability(1)).toBe(true);
    expect(isProbability(-0.1)).toBe(false);
    expect(isProbability(1.2)).toBe(false);
  });
});
