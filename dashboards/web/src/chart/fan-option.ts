// A course of what was and what is to come as a chart: what was in full, what is expected dashed, how sure that is as areas about it.
// Colours are CSS variables, so a change of theme re-tints the drawing.
import { amount, type Manner } from '../words/format';
import { bucket } from '../words/time';
import { bandWords, dayWords, units, type Fan } from './fan';
import { apart, ticks } from './ticks';
import { tipLook, tipWords } from './tip';
import { small } from './trend-series';

const digitWidth = 7.6;
const lineHeight = 16;
/** A narrower chart has no room beside it: what the lines are called stands above them. */
const narrowest = 400;
const margin = { top: 44, bottom: 28 };
const accent = 'var(--accent)';
/** Of the widest band; each within it lies upon it and is darker by as much. */
const shade = 0.14;
const plain = { unit: 'count', currency: null };

/** @param today the tenant's day, by which the line before what is to come is named */
export function fanOption(fan: Fan, today: string, manner: Manner, width: number, height: number) {
  const narrow = width < narrowest;
  const bounds = fan.bands.flatMap(({ from, to }) => [...from, ...to]);
  const drawn = [...fan.actual, ...fan.middle, ...bounds].filter((value) => value !== null);
  const scale = ticks(drawn, { zero: true });
  const axis = (value: number) => amount(value, plain, manner, 'axis');
  const labels = fan.days.map((day) => shortDay(day, manner));
  const overhang = ((labels[0]?.length ?? 0) * digitWidth) / 2;
  const left = Math.ceil(Math.max(overhang, 16 + digitWidth * Math.max(...[scale.min, scale.max].map((value) => axis(value).length))));
  const names = endNames(fan, manner);
  const longest = Math.max(0, ...names.map(({ text }) => text.length));
  const right = narrow ? Math.ceil(overhang) : Math.ceil(longest * digitWidth) + 14;
  const room = height - margin.top - margin.bottom;
  const pixel = (value: number) => ((scale.max - value) / (scale.max - scale.min)) * room;
  const moves = apart(names.map(({ value }) => pixel(value)), lineHeight, room);

  return {
    animation: false,
    textStyle: small,
    grid: { ...margin, left, right, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      data: labels,
      boundaryGap: false,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: 'var(--rule)' } },
      axisLabel: { ...small, color: 'var(--muted)', margin: 10, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      ...scale,
      axisLabel: { ...small, color: 'var(--muted)', formatter: axis },
      splitLine: { lineStyle: { color: 'var(--hairline)' } },
    },
    tooltip: {
      ...tipLook,
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: 'var(--rule)', type: 'solid' } },
      formatter: (hovered: { dataIndex: number }[]) => tipWords(dayWords(fan, hovered[0]?.dataIndex ?? 0, manner)),
    },
    series: [
      walked(fan),
      ...fan.bands.flatMap(bandOf),
      was(fan),
      expected(fan),
      ...divider(fan, today, manner),
      ...(narrow ? [] : names.map(({ text, value }, at) => endLabel(fan, text, value, moves[at] ?? 0))),
    ],
  };
}

const line = { type: 'line', symbol: 'none', silent: true, emphasis: { disabled: true } };

/** Unseen, with a point on each day, so that the arrow keys find every one of them. */
const walked = (fan: Fan) => ({
  ...line,
  name: 'day',
  lineStyle: { opacity: 0 },
  data: fan.days.map((_, at) => fan.actual[at] ?? fan.middle[at] ?? 0),
});

/** An area between two bounds: an unseen line, and what lies upon it. */
function bandOf({ title, from, to }: Fan['bands'][number], place: number) {
  const stack = `band-${place}`;
  const unseen = { ...line, stack, stackStrategy: 'all', lineStyle: { opacity: 0 } };
  return [
    { ...unseen, name: `${title} from`, data: from },
    {
      ...unseen,
      name: title,
      areaStyle: { color: accent, opacity: shade },
      data: to.map((high, at) => (high === null || from[at] == null ? null : high - from[at])),
    },
  ];
}

/** A line where each day is told; else a column a day, as no line may run over days of which nothing is told. */
function was(fan: Fan) {
  const peak = fan.actual.reduce<number>((best, value, at) => ((value ?? -Infinity) > (fan.actual[best] ?? -Infinity) ? at : best), 0);
  const label = {
    ...small,
    show: true,
    position: peak < fan.days.length / 8 ? 'right' : 'top',
    formatter: fan.actualTitle.toLowerCase(),
    color: 'var(--text)',
    fontWeight: 600,
    textBorderColor: 'var(--ground)',
    textBorderWidth: 3,
  };
  const data = fan.actual.map((value, at) => (at === peak && value !== null ? { value, label, symbol: 'circle', symbolSize: 0.1 } : value));
  if (!fan.whole) return { type: 'bar', name: 'was', silent: true, barMaxWidth: 8, itemStyle: { color: accent, borderRadius: [1, 1, 0, 0] }, z: 4, data };
  return { ...line, name: 'was', showAllSymbol: true, lineStyle: { color: accent, width: 2 }, itemStyle: { color: accent }, z: 4, data };
}

const expected = (fan: Fan) => ({
  ...line,
  name: 'expected',
  lineStyle: { color: accent, width: 2, type: [5, 4] },
  z: 4,
  data: fan.middle,
});

/** Where what was ends: called today, unless the forecast is older. */
function divider(fan: Fan, today: string, manner: Manner) {
  const first = fan.next === null ? undefined : fan.days[fan.next];
  if (fan.next === null || first === undefined) return [];
  const text = first === today ? 'today' : `as of ${shortDay(first, manner)}`;
  return [
    {
      ...line,
      name: 'divider',
      data: [],
      markLine: {
        silent: true,
        symbol: 'none',
        label: { ...small, show: true, position: 'end', distance: 12, formatter: text, color: 'var(--muted)' },
        lineStyle: { color: 'var(--rule)', type: 'solid', width: 1 },
        data: [{ xAxis: fan.next }],
      },
    },
  ];
}

interface EndName {
  text: string;
  value: number;
}

/** What the lines and areas are called, at the last day: from the top down. */
function endNames(fan: Fan, manner: Manner): EndName[] {
  const last = fan.middle.findLastIndex((value) => value !== null);
  if (last < 0) return [];
  const names = fan.bands.flatMap((band) => {
    const text = bandWords(band, last, manner);
    return text === null ? [] : [{ text, value: band.to[last] ?? 0 }];
  });
  const value = fan.middle[last] ?? 0;
  return [...names, { text: `${fan.middleTitle.toLowerCase()} ${units(value, manner)}`, value }];
}

function endLabel(fan: Fan, text: string, value: number, move: number) {
  const last = fan.middle.findLastIndex((one) => one !== null);
  const label = { ...small, show: true, position: 'right', distance: 8, offset: [0, move], formatter: text, color: 'var(--muted)' };
  return {
    ...line,
    name: text,
    showAllSymbol: true,
    lineStyle: { opacity: 0 },
    data: fan.days.map((_, at) => (at === last ? { value, symbol: 'circle', symbolSize: 0.1, label } : null)),
  };
}

/** "9 Dec": a calendar day has no zone to be moved by. */
const shortDay = (date: string, manner: Manner) => bucket(`${date}T00:00:00Z`, 'day', { ...manner, zone: 'UTC' });
