// What the figures on the page said about themselves: the period in words and how late they know.
// Shown once in the bar and on paper instead of on every tile.
import type { Reading } from '../api/types';

let period = $state<string | null>(null);
let previous = $state<string | null>(null);
let knowledge = $state<string | null>(null);

export const facts = {
  get period() {
    return period;
  },
  get previous() {
    return previous;
  },
  get knowledge() {
    return knowledge;
  },
  told(reading: Reading) {
    period = reading.period.label;
    previous = reading.previous?.label ?? null;
    this.knew(reading.knowledge_time);
  },
  /** Everything said so far was known at the latest of these. */
  knew(at: string | null) {
    if (at && (!knowledge || at > knowledge)) knowledge = at;
  },
  /** Another tenant: nothing said before holds. */
  begin() {
    period = previous = knowledge = null;
  },
  /** Another page: its figures say their period again. */
  forget() {
    period = previous = null;
  },
};
