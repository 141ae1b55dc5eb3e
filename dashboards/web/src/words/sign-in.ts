// What became of a sign-in that did not come about, in words; the server names each outcome in the address.

const outcomes: Record<string, string> = {
  failed: 'That token was not accepted: it is mistyped, or no longer valid. Paste it whole, or ask for a new one.',
  'too-late': 'That sign-in has run out, or was begun in another window. Begin again here.',
  cancelled: 'You broke the sign-in off. Nothing has changed.',
  'provider-refused': 'Your company’s sign-in knows you, but that does not let you in here. Ask your administrator for access.',
  'provider-unavailable': 'Your company’s sign-in does not answer. Try again in a moment, or tell your administrator.',
  'no-provider': 'There is no such company sign-in here. Choose one below, or use your name and password.',
};

/** The words for an outcome; none where nothing went wrong. */
export function outcomeWords(outcome: string | null): string | null {
  if (outcome === null) return null;
  return outcomes[outcome] ?? 'The sign-in did not come about. Try again.';
}
