// Instants as those who set things up read them: in their own browser's zone and language.
import { instant } from '../words/time';

export const when = (at: string): string =>
  instant(at, { locale: navigator.language, zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
