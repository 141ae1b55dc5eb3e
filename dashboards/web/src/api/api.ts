// The one way to ask the server: JSON, problems as `Problem`; whatever changes something shows that a page of ours sent it. Knows nothing of
// what is asked.
import { problemOf, unreachable } from './problem';

let signedOut: () => void = () => {};
let csrf: string | null = null;

/** Says what happens when the server no longer knows who we are. */
export function onSignedOut(then: () => void): void {
  signedOut = then;
}

/** What the session's pages send along with whatever changes something. */
export function showCsrf(token: string | null): void {
  csrf = token;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await asked(path, { signal });
  if (response.status === 401) signedOut();
  return answer<T>(response);
}

/** Asks for a change. Who is not let in is told so, and stays where they are. */
export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {};
  if (csrf) headers['x-csrf-token'] = csrf;
  if (body !== undefined) headers['content-type'] = 'application/json';
  return answer<T>(await asked(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }));
}

async function asked(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: 'same-origin', headers: { accept: 'application/json', ...init.headers } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable();
  }
}

async function answer<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}
