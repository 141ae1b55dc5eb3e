// A failure the way RFC 9457 tells it, and the same shape for failures that never reached the server.

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string | null = null,
    readonly remedy: string | null = null,
  ) {
    super(title);
  }
}

export const unreachable = () =>
  new Problem(0, 'The server did not answer', null, 'Check the connection, then try again.');

/** Reads a failed response; one without a problem document still becomes a sentence. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Record<string, unknown>;
    const text = (key: string) => (typeof body[key] === 'string' ? (body[key] as string) : null);
    return new Problem(response.status, text('title') ?? fallback(response.status), text('detail'), text('remedy'));
  } catch {
    return new Problem(response.status, fallback(response.status), null, 'Try again; if it stays, tell your administrator.');
  }
}

function fallback(status: number): string {
  if (status === 401) return 'Sign in to go on';
  if (status === 403) return 'You may not see this';
  if (status === 404) return 'This does not exist';
  if (status === 429) return 'Too many questions at once';
  return 'The server could not answer';
}
