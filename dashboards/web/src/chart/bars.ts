// The geometry of bars that start at zero: shares of the width. Pure.

export interface Bar {
  /** Where the bar begins and how far it goes, in percent of the width. */
  start: number;
  length: number;
}

export interface Ruler {
  zero: number;
  bar(value: number): Bar;
}

export function ruler(values: (number | null)[]): Ruler {
  const known = values.filter((value) => value !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  const span = high - low || 1;
  const at = (value: number) => ((value - low) / span) * 100;
  const zero = at(0);
  return {
    zero,
    bar: (value) => ({ start: Math.min(zero, at(value)), length: Math.abs(at(value) - zero) }),
  };
}
