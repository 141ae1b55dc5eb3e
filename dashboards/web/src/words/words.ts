// Sentences about figures, and names made readable. No numbers are computed here.
import type { Kind, KpiDefinition, Records } from '../api/types';
import { amount, count, type Manner } from './format';

/** `ship_country` becomes "Ship country". */
export function label(name: string): string {
  const words = phrase(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The same within a sentence: `sku` stays "SKU". */
export function phrase(name: string): string {
  return said[name] ?? name.split('_').filter(Boolean).map((word) => (abbreviated.has(word) ? word.toUpperCase() : word)).join(' ');
}

/** What the columns of every figure are called, whatever its records are. */
const said: Record<string, string> = { at: 'when', numerator: 'counts', denominator: 'out of' };
const abbreviated = new Set(['csv', 'id', 'po', 'scms', 'scor', 'sku', 'sla', 'sql', 'uom', 'xes']);

/** The key of a slice or the value of a filter, as a reader calls it. */
export function keyWords(key: string | number | boolean | null): string {
  if (key === null || key === '') return 'Not given';
  if (key === true || key === 'true') return 'Yes';
  if (key === false || key === 'false') return 'No';
  return String(key);
}

export const kindWords: Record<Kind, string> = {
  sum: 'Every record that counts in the period has a value; the figure is their sum.',
  ratio: 'Each record says how much counts and out of how much; the figure is one sum divided by the other.',
  mean: 'The values of all records in the period, added up and divided by how many there are.',
  quantile: 'The records are put in order of their value; the figure is the value at the stated place in that order. Cases still open count as lasting so far at least.',
  distinct: 'How many different keys the records of the period name; each key counts once.',
  level: 'What stands open at the end of the period. It is never added up over time.',
};

export const betterWords: Record<KpiDefinition['better'], string> = {
  higher: 'Higher is better',
  lower: 'Lower is better',
  neutral: 'Neither direction is better',
};

export function recordCount(n: number, manner: Manner): string {
  return n === 1 ? '1 record' : `${count(n, manner)} records`;
}

/** What the records of a figure come to: a lead, and the figure they come to. */
export function sumLine(
  records: Pick<Records, 'total' | 'value' | 'currency' | 'numerator' | 'denominator'>,
  kind: Kind,
  unit: string,
  manner: Manner,
): { lead: string; figure: string } {
  const { currency } = records;
  const these = records.total === 1 ? 'This 1 record' : `These ${count(records.total, manner)} records`;
  const one = records.total === 1;
  if (records.value === null) {
    const mixed = unit === 'money' && records.total > 0;
    return { lead: mixed ? `${these} are in several currencies and were not added` : `${these} give no figure`, figure: '' };
  }
  const figure = amount(records.value, { unit, currency }, manner, 'exact');
  if (kind === 'ratio') {
    // Of a share, it is the parts that are in a currency.
    const plain = { unit: currency ? 'money' : 'count', currency };
    const top = amount(records.numerator, plain, manner, 'exact');
    const bottom = amount(records.denominator, plain, manner, 'exact');
    return { lead: `${these} ${one ? 'gives' : 'give'} ${top} out of ${bottom}:`, figure };
  }
  if (kind === 'mean') return { lead: `${these} ${one ? 'averages' : 'average'}`, figure };
  if (kind === 'quantile') return { lead: `${these} ${one ? 'has' : 'have'} their middle at`, figure };
  if (kind === 'distinct') return { lead: `${these} ${one ? 'names' : 'name'}`, figure: `${figure} different` };
  return { lead: `${these} ${one ? 'adds' : 'add'} up to`, figure };
}

/** The word for a place in an order: 0.5 is the middle. */
export function quantileWords(q: number, manner: Manner): string {
  if (q === 0.5) return 'half within';
  if (q === 0.9) return 'nine in ten within';
  return `${new Intl.NumberFormat(manner.locale, { style: 'percent', maximumFractionDigits: 1 }).format(q)} within`;
}
