// Something asked of the server, asked again when its address changes. While it loads, what was there stays;
// when it fails, what was there goes, so that no old number stands under a new question.
import { get } from '../api/api';
import { Problem, unreachable } from '../api/problem';

export interface Resource<T> {
  readonly data: T | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
  retry(): void;
}

/** Call while a component is being set up. A null address asks nothing. */
export function resource<T>(address: () => string | null, then?: (data: T) => void): Resource<T> {
  let data = $state.raw<T | null>(null);
  let problem = $state.raw<Problem | null>(null);
  let loading = $state(true);
  let attempt = $state(0);

  // Derived, so that a move that leaves the address as it is asks nothing again.
  const path = $derived(address());

  $effect(() => {
    void attempt;
    if (!path) return;
    const stop = new AbortController();
    loading = true;
    get<T>(path, stop.signal)
      .then((answer) => {
        if (stop.signal.aborted) return;
        data = answer;
        problem = null;
        loading = false;
        then?.(answer);
      })
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        data = null;
        problem = error instanceof Problem ? error : unreachable();
        loading = false;
      });
    return () => stop.abort();
  });

  return {
    get data() {
      return data;
    },
    get problem() {
      return problem;
    },
    get loading() {
      return loading;
    },
    retry() {
      attempt += 1;
    },
  };
}
