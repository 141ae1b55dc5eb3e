// Something asked to be changed: whether it is under way, and what went wrong.
import { Problem, unreachable } from '../api/problem';

export interface Change {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Does it unless something is under way; true when it came about. */
  make(what: () => Promise<void>): Promise<boolean>;
}

export function change(): Change {
  let busy = $state(false);
  let problem = $state.raw<Problem | null>(null);
  return {
    get busy() {
      return busy;
    },
    get problem() {
      return problem;
    },
    async make(what) {
      if (busy) return false;
      busy = true;
      problem = null;
      try {
        await what();
        return true;
      } catch (error) {
        problem = error instanceof Problem ? error : unreachable();
        return false;
      } finally {
        busy = false;
      }
    },
  };
}
