// The columns of a list as a reader sees them: in the order in which the server gives them, by what each is a number of. Pure.
import type { Cell, ListPage } from '../api/types';
import { amount, nothing, type Manner } from '../words/format';
import { calendarDay } from '../words/health';
import { isProbability, probability } from '../words/probability';
import { instant } from '../words/time';
import { markWords } from '../words/values';

/** A column that is shown, and where its values stand in a row. */
export interface ListField {
  name: string;
  title: string;
  unit: string;
  at: number;
  currencyAt: number | null;
  /** Decimals that its figures need to stand under each other. */
  decimals: number;
}

export interface Order {
  by: string;
  descending: boolean;
}

const figures = new Set(['count', 'percent', 'money', 'days']);

/** A text with more characters takes several lines. */
export const lineLength = 32;

/** What is compared by its digits stands at the right. */
export const isFigure = (unit: string) => figures.has(unit);

/** Decimals come as text where they are exact. */
export const numberOf = (value: Cell): number | null => {
  if (value === null || value === '' || typeof value === 'boolean') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
};

export function shownFields(page: ListPage): ListField[] {
  const place = (name: string | null) => {
    const at = page.fields.findIndex((field) => field.name === name);
    return at < 0 ? null : at;
  };
  return page.fields.flatMap(({ name }, at) => {
    const column = page.columns[name];
    if (!column) return [];
    const decimals = decimalsFor(column.unit, page.rows.map((row) => numberOf(row[at] ?? null)));
    return [{ name, title: column.title, unit: column.unit, at, currencyAt: place(column.currency), decimals }];
  });
}

/** The columns that say something of these rows, and those that do not. */
export function toldFields(page: ListPage, order: Order): { told: ListField[]; untold: ListField[] } {
  const says = ({ at, name }: ListField) => name === order.by || page.rows.some((row) => (row[at] ?? null) !== null && row[at] !== '');
  const [told, untold]: [ListField[], ListField[]] = [[], []];
  for (const field of shownFields(page)) (says(field) ? told : untold).push(field);
  return { told, untold };
}

/** On a card: what the rows are in order of, then how likely things are, then what comes first. */
export function leadFields(told: ListField[], order: Order, most = 3): ListField[] {
  const [, ...others] = told;
  const rank = (field: ListField) => (field.name === order.by ? 0 : field.unit === 'percent' ? 1 : 2);
  const led = others.toSorted((a, b) => rank(a) - rank(b)).slice(0, most);
  return others.filter((field) => led.includes(field));
}

/** The order that a heading asks for: figures from the greatest on first, then turned round. */
export function nextOrder(field: ListField, order: Order): Order {
  if (field.name === order.by) return { by: field.name, descending: !order.descending };
  return { by: field.name, descending: isFigure(field.unit) };
}

/** A value in words; a probability in whole percents. */
export function valueWords(value: Cell, field: ListField, row: Cell[], manner: Manner): string {
  if (value === null || value === '') return isFigure(field.unit) || field.unit === 'date' || field.unit === 'time' ? nothing : '';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  const number = numberOf(value);
  if (isFigure(field.unit) && number !== null) return figureWords(number, field, row, manner);
  if (field.unit === 'date' && !Number.isNaN(Date.parse(String(value)))) return calendarDay(String(value).slice(0, 10), manner);
  if (field.unit === 'time' && !Number.isNaN(Date.parse(String(value)))) return instant(String(value), manner);
  return markWords(field.name, String(value));
}

/** Several sentences in one text, each for itself. */
export const sentences = (text: string): string[] => text.split(/;\s+/).filter(Boolean);

/** What a row is told apart by: the columns that its detail asks for. */
export const rowKey = (page: ListPage, row: Cell[]): string => JSON.stringify(detailWhere(page, row));

/** The values of a row by which its detail is found. */
export function detailWhere(page: ListPage, row: Cell[]): { dimension: string; value: string }[] {
  return (page.detail?.by ?? []).map((name) => {
    const value = row[page.fields.findIndex((field) => field.name === name)] ?? null;
    return { dimension: name, value: value === null ? '' : String(value) };
  });
}

function figureWords(value: number, field: ListField, row: Cell[], manner: Manner): string {
  if (field.unit === 'percent') {
    return isProbability(value) ? probability(value, manner) : amount(value, { unit: 'percent', currency: null }, manner);
  }
  const digits = { minimumFractionDigits: field.decimals, maximumFractionDigits: field.decimals };
  const currency = field.unit === 'money' && field.currencyAt !== null ? row[field.currencyAt] : null;
  const style = currency ? { style: 'currency' as const, currency: String(currency), currencyDisplay: 'narrowSymbol' as const } : {};
  const written = new Intl.NumberFormat(manner.locale, { ...digits, ...style }).format(value).replace(/^-/, '−');
  return field.unit === 'days' ? `${written} ${written === '1' ? 'day' : 'days'}` : written;
}

function decimalsFor(unit: string, values: (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  const greatest = Math.max(0, ...known.map(Math.abs));
  if (unit === 'money') return greatest >= 1000 ? 0 : 2;
  if (known.every(Number.isInteger)) return 0;
  if (unit === 'days' || greatest >= 100) return 1;
  return 2;
}
