import { describe, expect, it } from 'vitest';
import { ruler } from './bars';

describe('bars', () => {
  it('start at zero', () => {
    expect(ruler([10, 5]).bar(5)).toEqual({ start: 0, length: 50 });
  });

  it('go both ways from zero', () => {
    const both = ruler([-5, 15]);
    expect(both.zero).toBe(25);
    expect(both.bar(-5)).toEqual({ start: 0, length: 25 });
    expect(both.bar(15)).toEqual({ start: 25, length: 75 });
  });

  it('are nothing where there is nothing', () => {
    expect(ruler([null, 0]).bar(0)).toEqual({ start: 0, length: 0 });
  });
});
