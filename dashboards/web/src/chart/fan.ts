// A course of what was and what is to come: the days of a list with what each says, and each day in words. Pure.
import type { Cell, ListPage } from '../api/types';
import { numberOf } from '../table/list';
import type { Manner } from '../words/format';
import { calendarDay } from '../words/health';
import { shifted } from '../words/time';

export interface Band {
  title: string;
  from: (number | null)[];
  to: (number | null)[];
}

export interface Fan {
  /** Every calendar day from the first to the last, also those of which no row tells. */
  days: string[];
  actual: (number | null)[];
  middle: (number | null)[];
  /** The widest first. */
  bands: Band[];
  actualTitle: string;
  middleTitle: string;
  /** The place of the first day that is forecast; none where nothing is. */
  next: number | null;
  /** Whether each day up to what is to come is told: only then can a line join them. */
  whole: boolean;
}

/** More days than this are not one course. */
const most = 1000;

export function fanOf(page: ListPage): Fan | null {
  const { chart } = page;
  if (!chart) return null;
  const at = (name: string) => page.fields.findIndex((field) => field.name === name);
  const dayAt = at(chart.day);
  const rows = new Map(page.rows.map((row) => [String(row[dayAt] ?? '').slice(0, 10), row]));
  const days = everyDay([...rows.keys()].filter((day) => !Number.isNaN(Date.parse(day))).sort());
  const course = (name: string) => {
    const place = at(name);
    return days.map((day) => numberOf((rows.get(day) as Cell[] | undefined)?.[place] ?? null));
  };
  const [actual, middle] = [course(chart.actual), course(chart.middle)];
  const next = middle.findIndex((value) => value !== null);
  const until = actual.findLastIndex((value) => value !== null);
  const title = (name: string) => page.columns[name]?.title ?? name;
  return {
    days,
    actual,
    middle,
    bands: chart.bands.map((band) => ({ title: band.title, from: course(band.from), to: course(band.to) })),
    actualTitle: title(chart.actual),
    middleTitle: title(chart.middle),
    next: next < 0 ? null : next,
    whole: until > 0 && actual.slice(0, next < 0 ? until + 1 : next).every((value) => value !== null),
  };
}

/** One day: when, how much it was or is expected to be, and how sure that is. */
export function dayWords(fan: Fan, at: number, manner: Manner): string[] {
  const day = fan.days[at];
  if (!day) return [];
  const [was, expected] = [fan.actual[at] ?? null, fan.middle[at] ?? null];
  const said = [
    ...(was === null ? [] : [`${fan.actualTitle} ${units(was, manner)}`]),
    ...(expected === null ? [] : [`${fan.middleTitle} ${units(expected, manner)}`]),
  ];
  const bands = fan.bands.flatMap((band) => bandWords(band, at, manner) ?? []);
  return [calendarDay(day, manner), ...(said.length > 0 ? said : ['Nothing told']), ...bands.reverse()];
}

/** "90 %: 2 to 9" */
export function bandWords({ title, from, to }: Band, at: number, manner: Manner): string | null {
  const [low, high] = [from[at] ?? null, to[at] ?? null];
  return low === null || high === null ? null : `${title}: ${units(low, manner)} to ${units(high, manner)}`;
}

export const units = (value: number, manner: Manner): string =>
  new Intl.NumberFormat(manner.locale, { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 1 }).format(value).replace(/^-/, '−');

function everyDay(told: string[]): string[] {
  const [first, last] = [told[0], told.at(-1)];
  const days: string[] = [];
  for (let day = first; day && last && day <= last && days.length < most; day = shifted(day, 1)) days.push(day);
  return days;
}
