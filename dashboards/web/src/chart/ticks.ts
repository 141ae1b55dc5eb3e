// The numbers along an axis: few, round, and around all that is drawn. Pure.

export interface Ticks {
  min: number;
  max: number;
  interval: number;
}

/** Round steps, of which a reader can count in the head. */
const steps = [1, 2, 2.5, 5, 10];

/**
 * @param whole the greatest value there can be (1 for a share): the axis does not run past it unless a value does
 */
export function ticks(values: number[], { zero, most = 4, whole }: { zero: boolean; most?: number; whole?: number }): Ticks {
  const known = values.filter(Number.isFinite);
  let low = known.length > 0 ? Math.min(...known) : 0;
  let high = known.length > 0 ? Math.max(...known) : 1;
  if (zero) {
    low = Math.min(low, 0);
    high = Math.max(high, 0);
  }
  if (low === high) {
    const room = Math.abs(low) / 10 || 1;
    if (!zero) low -= room;
    high += room;
  }
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = tidy((steps.find((step) => step * power >= rough) ?? 10) * power);
  let min = tidy(Math.floor(low / interval + slack) * interval);
  // A line that is near zero anyway may as well show it.
  if (!zero && low >= 0 && min < interval) min = 0;
  let max = tidy(Math.ceil(high / interval - slack) * interval);
  if (whole !== undefined && high <= whole && max > whole) max = whole;
  return { min, max, interval };
}

/** Moves labels (centres, in pixels) apart so that none overlaps; gives how far each moves. */
export function apart(centres: number[], gap: number, bottom: number): number[] {
  const order = centres.map((_, at) => at).sort((a, b) => (centres[a] ?? 0) - (centres[b] ?? 0));
  const placed = [...centres];
  let before = -Infinity;
  for (const at of order) placed[at] = before = Math.max(placed[at] ?? 0, before + gap);
  let after = bottom + gap;
  for (const at of order.reverse()) placed[at] = after = Math.min(placed[at] ?? 0, after - gap);
  return placed.map((place, at) => place - (centres[at] ?? 0));
}

const slack = 1e-9;
const tidy = (value: number) => Number(value.toPrecision(12));
