// The one way to ask the server: GET, JSON, problems as `Problem`. Knows nothing of what is asked.
import { problemOf, unreachable } from './problem';

let signedOut: () => void = () => {};

/** Says what happens when the server no longer knows who we are. */
export function onSignedOut(then: () => void): void {
  signedOut = then;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { signal, credentials: 'same-origin', headers: { accept: 'application/json' } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
  if (response.status === 401) signedOut();
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}
