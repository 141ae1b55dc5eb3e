import { describe, expect, it } from 'vitest';
import type { SourceCompleteness, SourceHealth } from '../api/types';
import { arrivedWords, gapWords, missingWords, refusedWords, waitingWords } from './health';

const british = { locale: 'en-GB', zone: 'America/New_York' };

describe('what has arrived', () => {
  it('is cut, not rounded: what is not all is never 100 %', () => {
    expect(arrivedWords({ arrived: 987, expected: 1000 }, british)).toBe('98.7% of expected records have arrived');
    expect(arrivedWords({ arrived: 9999, expected: 10000 }, british)).toBe('99.9% of expected records have arrived');
    expect(arrivedWords({ arrived: 5, expected: 5 }, british)).toBe('All expected records have arrived');
    expect(arrivedWords({ arrived: 0, expected: 0 }, british)).toBe('No records were expected');
  });
});

describe('what is missing', () => {
  const completeness = (more: Partial<SourceCompleteness>) => ({ missing: 0, surplus: 0, missing_sums: [], ...more }) as unknown as SourceCompleteness;

  it('is said in records and in money, table by table', () => {
    const sum = (value: number) => ({ table: 'order_lines', column: 'net_value', currency: 'EUR', value });
    expect(missingWords(completeness({ missing: 1, missing_sums: [sum(25.5)] }), british)).toBe('1 record missing, €25.50 missing in order lines');
    expect(missingWords(completeness({ surplus: 2, missing_sums: [sum(-3)] }), british)).toBe('2 records more than told, €3.00 too much in order lines');
  });

  it('has its day, which no zone moves', () => {
    const gap = { table: 'orders', day: '2026-03-03', expected: 3, arrived: 2, sums: [] };
    expect(gapWords(gap, british)).toBe('orders on 3 Mar 2026, where 2 of 3 records arrived');
  });
});

describe('the door', () => {
  it('says what it refused and what waits', () => {
    const source = { refused: [{ reason: 'signature', count: 4 }, { reason: 'too_slow', count: 1 }] } as SourceHealth;
    expect(refusedWords(source, british)).toBe('4 wrong signature, 1 too slow');
    expect(refusedWords({ refused: [] } as unknown as SourceHealth, british)).toBe('0');
    const door = { open_since: '', waiting_entries: 1, waiting_bytes: 2048 };
    expect(waitingWords(door, british)).toBe('1 message waits to be landed (2 kB)');
    expect(waitingWords({ ...door, waiting_entries: null }, british)).toBeNull();
  });
});
