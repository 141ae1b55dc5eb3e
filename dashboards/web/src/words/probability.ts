// Probabilities as people say them: in whole percents, and never as a certainty. Pure.
import type { Manner } from './format';

const least = 0.01;
const most = 0.99;

/** "78%", "under 1%", "over 99%". */
export function probability(value: number, manner: Manner): string {
  if (value < least) return `under ${whole(least, manner)}`;
  if (value > most) return `over ${whole(most, manner)}`;
  return whole(value, manner);
}

/** A share beyond these is no probability. */
export const isProbability = (value: number) => value >= 0 && value <= 1;

const whole = (value: number, manner: Manner) =>
  new Intl.NumberFormat(manner.locale, { style: 'percent', maximumFractionDigits: 0 }).format(value);
