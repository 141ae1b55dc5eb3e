import { describe, expect, it } from 'vitest';
import { apart, ticks } from './ticks';

describe('ticks', () => {
  it('are round and enclose what is drawn', () => {
    expect(ticks([0, 237_000], { zero: true })).toEqual({ min: 0, max: 300_000, interval: 100_000 });
    expect(ticks([9.4, 12], { zero: false })).toEqual({ min: 9, max: 12, interval: 1 });
    expect(ticks([-30, 50], { zero: true })).toEqual({ min: -40, max: 60, interval: 20 });
  });

  it('stop at the whole', () => {
    expect(ticks([0.86, 0.97], { zero: false, whole: 1 }).max).toBeLessThanOrEqual(1);
    expect(ticks([0.5, 1.2], { zero: false, whole: 1 }).max).toBeGreaterThanOrEqual(1.2);
  });

  it('live with one value and with none', () => {
    expect(ticks([5], { zero: false })).toEqual({ min: 4.5, max: 5.5, interval: 0.25 });
    expect(ticks([0], { zero: true }).max).toBeGreaterThan(0);
    expect(ticks([], { zero: true })).toEqual({ min: 0, max: 1, interval: 0.25 });
  });
});

describe('labels', () => {
  it('step aside', () => {
    expect(apart([100, 104, 20], 16, 300)).toEqual([0, 12, 0]);
    expect(apart([100, 40], 16, 300)).toEqual([0, 0]);
  });

  it('stay above the foot', () => {
    expect(apart([296, 300], 16, 300)).toEqual([-12, 0]);
  });
});
