// Numbers as the tenant's locale writes them. Pure: the manner of writing is always an argument.

/** How a tenant writes: its locale and its time zone. */
export interface Manner {
  locale: string;
  zone: string;
}

/** What a number is a number of. */
export interface Unit {
  unit: string;
  currency: string | null;
}

/** `tile`: short enough to read at a glance. `exact`: every digit there is. `axis`: shortest. */
export type Size = 'tile' | 'exact' | 'axis';

/** A stretch of a written number; units are set lighter than digits. */
export interface Part {
  text: string;
  role: 'digits' | 'unit';
}

export const nothing = '–';

/** Units whose name says nothing beside the number. */
const unspoken = new Set(['money', 'percent', 'count', 'ratio', 'number', '', 'score']);
const oneOf: Record<string, string> = { hours: 'hour', days: 'day', seconds: 'second', minutes: 'minute', weeks: 'week' };
const digitParts = new Set(['integer', 'group', 'decimal', 'fraction', 'minusSign', 'plusSign', 'nan', 'infinity']);
const million = 1_000_000;

export function amountParts(value: number, of: Unit, manner: Manner, size: Size = 'tile'): Part[] {
  const parts: Part[] = [];
  for (const { type, value: text } of formatter(value, of, manner.locale, size).formatToParts(value)) {
    const role = digitParts.has(type) ? 'digits' : 'unit';
    const written = type === 'minusSign' ? '−' : text;
    const last = parts.at(-1);
    if (last?.role === role) last.text += written;
    else parts.push({ text: written, role });
  }
  const words = unitWords(of.unit, value);
  if (words && size !== 'axis') parts.push({ text: ` ${words}`, role: 'unit' });
  return parts;
}

export function amount(value: number | null, of: Unit, manner: Manner, size: Size = 'tile'): string {
  if (value === null) return nothing;
  return amountParts(value, of, manner, size)
    .map((part) => part.text)
    .join('');
}

export function count(value: number, manner: Manner): string {
  return minus(new Intl.NumberFormat(manner.locale).format(value));
}

/** A share of a whole: 0.148 is 14.8 %. */
export function share(value: number, manner: Manner): string {
  return new Intl.NumberFormat(manner.locale, { style: 'percent', ...decimals(1) }).format(value);
}

/** A change, always with its sign: points for percents, else relative, else in the unit itself. */
export function change(
  by: { absolute: number; relative: number | null },
  of: Unit,
  manner: Manner,
): string {
  if (of.unit === 'percent') return points(by.absolute, manner);
  if (by.relative === null) return signed(by.absolute, of, manner);
  return minus(
    new Intl.NumberFormat(manner.locale, {
      style: 'percent',
      signDisplay: 'exceptZero',
      ...decimals(Math.abs(by.relative) >= 1 ? 0 : 1),
    }).format(by.relative),
  );
}

/** A difference in the unit itself, with its sign; of percents in points. */
export function signed(value: number, of: Unit, manner: Manner): string {
  if (of.unit === 'percent') return points(value, manner);
  const written = amount(Math.abs(value), of, manner);
  return value === 0 ? written : `${value > 0 ? '+' : '−'}${written}`;
}

function points(fraction: number, manner: Manner): string {
  const hundredths = fraction * 100;
  const digits = new Intl.NumberFormat(manner.locale, {
    signDisplay: 'exceptZero',
    ...decimals(1),
  });
  return `${minus(digits.format(hundredths))} pts`;
}

// The words of the app are English whatever the locale, so a unit's word is ours and not the locale's.
function unitWords(unit: string, value: number): string {
  if (unspoken.has(unit)) return '';
  return value === 1 ? (oneOf[unit] ?? unit.replaceAll('_', ' ')) : unit.replaceAll('_', ' ');
}

function formatter(value: number, of: Unit, locale: string, size: Size): Intl.NumberFormat {
  const options: Intl.NumberFormatOptions = { ...precision(value, of, size) };
  if (of.unit === 'money' && of.currency) {
    options.style = 'currency';
    options.currency = of.currency;
    options.currencyDisplay = 'narrowSymbol';
  } else if (of.unit === 'percent') {
    options.style = 'percent';
  }
  return cached(locale, options);
}

function precision(value: number, of: Unit, size: Size): Intl.NumberFormatOptions {
  const magnitude = Math.abs(value);
  // Two digits, for steps of a quarter: an axis that goes 1.3K, 1.5K, 1.8K would lie.
  if (size === 'axis') return { notation: 'compact', maximumFractionDigits: 2 };
  if (size === 'exact') {
    if (of.unit === 'percent') return { minimumFractionDigits: 1, maximumFractionDigits: 2 };
    if (of.unit === 'money') return { minimumFractionDigits: 2, maximumFractionDigits: 4 };
    return { maximumFractionDigits: 4 };
  }
  if (of.unit === 'percent') return { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  if (magnitude >= million) return { notation: 'compact', minimumFractionDigits: 2, maximumFractionDigits: 2 };
  if (of.unit === 'money') return magnitude >= 1000 ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {};
  if (of.unit === 'score') return { minimumFractionDigits: 3, maximumFractionDigits: 3 };
  if (of.unit in oneOf) return { maximumFractionDigits: magnitude >= 1000 ? 0 : 1 };
  return { maximumFractionDigits: magnitude >= 1000 ? 0 : 2 };
}

const decimals = (digits: number) => ({ minimumFractionDigits: digits, maximumFractionDigits: digits });

const minus = (text: string) => text.replace(/^(\p{Cf}?)-/u, '$1−');

const formatters = new Map<string, Intl.NumberFormat>();
function cached(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) formatters.set(key, (found = new Intl.NumberFormat(locale, options)));
  return found;
}
