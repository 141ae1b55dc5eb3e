import { describe, expect, it } from 'vitest';
import { sketch } from './sparkline';

const point = (value: number | null, complete = true) => ({ value, complete });

describe('a sparkline', () => {
  it('runs from edge to edge and sets the open point apart', () => {
    const { line, towards, last } = sketch([point(0), point(10), point(5, false)], null, 108, 48);
    expect(line).toBe('M4 44L54 4');
    expect(towards).toBe('M54 4L104 24');
    expect(last).toEqual({ x: 104, y: 24, complete: false });
  });

  it('breaks where nothing is known', () => {
    expect(sketch([point(1), point(null), point(1)], null, 108, 48).line).toBe('M4 24M104 24');
  });

  it('has room for its target', () => {
    expect(sketch([point(0), point(5)], 10, 108, 48).target).toBe(4);
  });

  it('is empty without values', () => {
    expect(sketch([point(null)], 3, 100, 40)).toEqual({ line: '', towards: '', last: null, target: null });
  });
});
