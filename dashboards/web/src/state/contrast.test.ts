import { describe, expect, it } from 'vitest';
import { contrast, ink, readable, rgb } from './contrast';

describe('an accent', () => {
  it('stays as it is when it reads well', () => expect(readable('#0b6e5f', '#ffffff')).toBe('#0b6e5f'));

  it('is moved to the nearest shade that reads', () => {
    for (const [colour, ground] of [
      ['#ffd400', '#ffffff'],
      ['#102030', '#15181b'],
    ] as const) {
      expect(contrast(rgb(readable(colour, ground))!, rgb(ground)!)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('carries the ink that reads on it', () => {
    expect(ink('#0b6e5f')).toBe('#ffffff');
    expect(ink('#5cc9b5')).toBe('#000000');
  });
});
