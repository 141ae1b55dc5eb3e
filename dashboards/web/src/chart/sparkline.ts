// The geometry of a sparkline: points to a path. Pure; pixels in, path data out.

export interface Dot {
  x: number;
  y: number;
  complete: boolean;
}

export interface Sketch {
  /** The course of the complete points; it breaks where there is no value. */
  line: string;
  /** The last stretch, towards a point that is not complete yet. */
  towards: string;
  last: Dot | null;
  target: number | null;
}

export function sketch(
  points: { value: number | null; complete: boolean }[],
  target: number | null,
  width: number,
  height: number,
): Sketch {
  const inset = 4;
  const values = points.flatMap((point) => (point.value === null ? [] : [point.value]));
  if (values.length === 0) return { line: '', towards: '', last: null, target: null };
  const all = target === null ? values : [...values, target];
  const low = Math.min(...all);
  const span = Math.max(...all) - low;
  const y = (value: number) => round(span === 0 ? height / 2 : height - inset - ((value - low) / span) * (height - 2 * inset));
  const step = points.length > 1 ? (width - 2 * inset) / (points.length - 1) : 0;

  let line = '';
  let towards = '';
  let before: Dot | null = null;
  let last: Dot | null = null;
  points.forEach((point, at) => {
    if (point.value === null) {
      before = null;
      return;
    }
    const dot: Dot = { x: round(inset + at * step), y: y(point.value), complete: point.complete };
    const open = at === points.length - 1 && !point.complete;
    if (open && before) towards = `M${before.x} ${before.y}L${dot.x} ${dot.y}`;
    else if (!open) line += `${before ? 'L' : 'M'}${dot.x} ${dot.y}`;
    before = last = dot;
  });
  return { line, towards, last, target: target === null ? null : y(target) };
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;
