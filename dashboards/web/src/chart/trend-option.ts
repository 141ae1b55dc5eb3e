// A trend as a chart: its axes, its scale, the room for its labels. What is drawn, not how numbers come about.
import { amount, type Manner } from '../words/format';
import { apart, ticks } from './ticks';
import { tipLook, tipWords } from './tip';
import { axisLabels, pointWords, type Trend } from './trend';
import { seriesOf, small, type Plan } from './trend-series';

/** Above so many buckets columns become too thin to read, and a line is drawn instead. */
const mostColumns = 62;
const digitWidth = 7.6;
const lineHeight = 16;
/** A narrower chart has no room beside it: what the lines are called stands above them. */
const narrowest = 400;
const margin = { top: 28, bottom: 28 };

/** Amounts that add up stand as columns from zero; all else is a line. */
export const inColumns = (trend: Trend) =>
  (trend.kind === 'sum' || trend.kind === 'distinct') && trend.points.length <= mostColumns;

export function trendOption(trend: Trend, manner: Manner, width: number, height: number) {
  const columns = inColumns(trend);
  const narrow = width < narrowest;
  /** Every bucket has a band of its own; a line runs from edge to edge instead. */
  const banded = columns || trend.points.length === 1;
  const drawn = [...trend.points, ...trend.previous.slice(0, trend.points.length)].flatMap((point) => point.value ?? []);
  const scale = ticks(trend.target === null ? drawn : [...drawn, trend.target], {
    zero: columns,
    whole: trend.of.unit === 'percent' ? 1 : undefined,
  });
  const axis = (value: number) => amount(value, trend.of, manner, 'axis');
  const labels = axisLabels(trend, manner);
  // The first label stands under the first point, half of it left of the axis.
  const overhang = columns ? 0 : ((labels[0]?.length ?? 0) * digitWidth) / 2;
  const left = Math.ceil(Math.max(overhang, 16 + digitWidth * Math.max(...[scale.min, scale.max, scale.max - scale.interval].map((value) => axis(value).length))));
  const write = (value: number) => amount(value, trend.of, manner);
  const end = trend.points.findLastIndex((point) => point.value !== null);
  const before = lastPrevious(trend);
  const names = [write(trend.points[end]?.value ?? 0), ...(narrow ? [] : ['before', trend.target === null ? '' : `target ${write(trend.target)}`])];
  const right = Math.ceil(Math.max(...names.map((name) => name.length)) * digitWidth) + 14;

  const pixel = (value: number | null) =>
    value === null ? Number.NaN : ((scale.max - value) / (scale.max - scale.min)) * (height - margin.top - margin.bottom);
  const now = trend.points[end]?.value ?? null;
  const ends = narrow ? { now } : { now, before, target: trend.target };
  const named = Object.entries(ends).filter(([, value]) => value !== null);
  const moves = apart(named.map(([, value]) => pixel(value)), lineHeight, height - margin.top - margin.bottom);
  const aside = { now: 0, before: 0, target: 0, ...Object.fromEntries(named.map(([name], at) => [name, moves[at]])) };
  const plan: Plan = {
    trend,
    columns,
    narrow,
    write,
    end,
    open: end >= 0 && !trend.points[end]?.complete,
    beside: banded ? (width - left - right) / trend.points.length / 2 + 6 : 8,
    aside,
  };

  return {
    animation: false,
    textStyle: small,
    grid: { ...margin, left, right, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      data: labels,
      boundaryGap: banded,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: 'var(--rule)' }, onZero: columns },
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
      axisPointer: columns
        ? { type: 'shadow', shadowStyle: { color: 'var(--past)', opacity: 0.1 } }
        : { type: 'line', lineStyle: { color: 'var(--rule)', type: 'solid' } },
      formatter: (hovered: { dataIndex: number }[]) => tipWords(pointWords(trend, hovered[0]?.dataIndex ?? 0, manner)),
    },
    series: seriesOf(plan),
  };
}

const lastPrevious = ({ points, previous }: Trend): number | null =>
  previous.slice(0, points.length).findLast((point) => point.value !== null)?.value ?? null;
