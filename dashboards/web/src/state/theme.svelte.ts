// Light, dark or as the system says; the choice is remembered in this browser.
import type { Brand } from '../api/types';
import { ink, readable } from './contrast';

export type Theme = 'system' | 'light' | 'dark';
export const themes: Theme[] = ['system', 'light', 'dark'];

/** The grounds of tokens.css on which the accent is written. */
const ground = { light: '#ffffff', dark: '#14171a' };
/** A little above the 4.5 that WCAG asks, so that the accent reads on tinted grounds too. */
const margin = 5.4;
const key = 'theme';

let choice = $state<Theme>(remembered());

export const theme = {
  get choice() {
    return choice;
  },
  choose(next: Theme) {
    choice = next;
    try {
      localStorage.setItem(key, next);
    } catch {
      // A browser that keeps nothing still shows the chosen theme until it is closed.
    }
    apply();
  },
};

export function apply(): void {
  document.documentElement.style.colorScheme = choice === 'system' ? 'light dark' : choice;
}

/** Puts the brand's colours on the page, moved to a readable shade where they are not. */
export function wear(brand: Brand): void {
  const light = readable(brand.accent, ground.light, margin);
  const dark = readable(brand.accent_dark || brand.accent, ground.dark, margin);
  const root = document.documentElement.style;
  root.setProperty('--accent-light', light);
  root.setProperty('--accent-dark', dark);
  root.setProperty('--accent-ink-light', ink(light));
  root.setProperty('--accent-ink-dark', ink(dark));
}

function remembered(): Theme {
  try {
    return themes.find((one) => one === localStorage.getItem(key)) ?? 'system';
  } catch {
    return 'system';
  }
}
