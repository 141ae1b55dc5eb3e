// The place the reader is at, kept in the address bar. Links are real links; this only spares the page load.
import { parse, write, type Place } from './url';

const read = () => parse(location.pathname, location.search);

let current = $state.raw<Place>(read());

export const here = {
  get place(): Place {
    return current;
  },
  /** The address of this place with something changed. */
  link(change: Partial<Place>): string {
    return write({ ...current, ...change });
  },
  /** Goes there; `replace` leaves no step to go back to. */
  go(change: Partial<Place>, how: 'push' | 'replace' = 'push'): void {
    visit(this.link(change), how);
  },
};

function visit(address: string, how: 'push' | 'replace'): void {
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  current = read();
}

/** How the addresses begin that the app draws itself, without asking for the document again. */
const ours = ['/t/', '/admin/'];

/** Listens to the back button and to clicks on our own links. Returns how to stop. */
export function followLinks(): () => void {
  const back = () => (current = read());
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.getAttribute('href')?.startsWith('#')) return;
    const to = new URL(link.href, location.href);
    if (to.origin !== location.origin || !ours.some((begin) => to.pathname.startsWith(begin))) return;
    event.preventDefault();
    visit(to.pathname + to.search, 'push');
  };
  addEventListener('popstate', back);
  document.addEventListener('click', click);
  return () => {
    removeEventListener('popstate', back);
    document.removeEventListener('click', click);
  };
}
