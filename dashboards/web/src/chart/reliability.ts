// How often it happened, of what was said with a probability: the bins of a figure cut by what was said. Pure.
import type { Slice } from '../api/types';
import { count, share, type Manner } from '../words/format';

export interface Bin {
  /** As it is called: "70 to 80 %". */
  said: string;
  /** The middle of what was said, as a share. */
  middle: number;
  /** The share that happened. */
  happened: number;
  n: number;
  few: boolean;
}

const bounds = /^(\d+(?:\.\d+)?) to (\d+(?:\.\d+)?) %$/;

/** From the least likely on; what names no bounds is no bin. */
export function binsOf(slices: Slice[]): Bin[] {
  const bins = slices.flatMap(({ key, value, n, small }) => {
    const [, low, high] = bounds.exec(key ?? '') ?? [];
    if (low === undefined || high === undefined || value === null || n === 0) return [];
    return [{ said: key ?? '', middle: (Number(low) + Number(high)) / 200, happened: value, n, few: small }];
  });
  return bins.sort((a, b) => a.middle - b.middle);
}

/** What the bin with the most forecasts says, in a sentence. */
export function reliabilityWords(bins: Bin[], manner: Manner): string | null {
  const fullest = bins.reduce<Bin | null>((most, bin) => (!most || bin.n > most.n ? bin : most), null);
  if (!fullest) return null;
  const few = fullest.few ? ', too few to tell' : '';
  return `What was said with ${fullest.said} happened in ${ofHundred(fullest.happened)} (${forecasts(fullest.n, manner)}${few}).`;
}

/** One bin: what was said, how often it happened, and of how many. */
export function binWords(bin: Bin, manner: Manner): string[] {
  return [`Said with ${bin.said}`, `Happened in ${share(bin.happened, manner)}`, forecasts(bin.n, manner) + (bin.few ? ', few' : '')];
}

export const forecasts = (n: number, manner: Manner): string => (n === 1 ? '1 forecast' : `${count(n, manner)} forecasts`);

/** Neither none nor all of a hundred unless it is so. */
function ofHundred(share: number): string {
  const of = Math.round(share * 100);
  if (of === 0 && share > 0) return 'fewer than 1 of 100';
  if (of === 100 && share < 1) return 'more than 99 of 100';
  return `${of} of 100`;
}
