// Places, roles and parts of the records, as those who set things up read them.
import type { Place } from '../api/admin';

/** "Acme (company)", "North (partner)", "all companies". */
export function placeWords(place: string, known: Place[]): string {
  const name = known.find((one) => one.place === place)?.name;
  const [kind, id] = place.split(':');
  if (kind === 'installation') return 'all companies';
  return `${name ?? id} (${kind === 'partner' ? 'partner' : 'company'})`;
}

/** What a text of domains means: all, where it names none. */
export function domainsOf(text: string): string[] | null {
  const names = text.split(/[\s,]+/).filter(Boolean);
  return names.length > 0 ? names : null;
}

export const domainWords = (domains: string[] | null): string => domains?.join(', ') ?? 'all';

/** "person_change" as people say it. */
export const actionWords = (action: string): string => {
  const words = action.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
