// The lines and columns of a trend chart. Colours are CSS variables, so a change of theme re-tints the drawing
// without drawing it again.
import type { Trend } from './trend';

/** Named, not inherited: the library measures text before it draws it. */
export const small = { fontSize: 12, fontFamily: "'Inter Variable', system-ui, sans-serif" };
const accent = 'var(--accent)';

/** What the parts of one drawing share. */
export interface Plan {
  trend: Trend;
  columns: boolean;
  narrow: boolean;
  write: (value: number) => string;
  /** The last bucket that has a value, and whether it is still filling. */
  end: number;
  open: boolean;
  /** How far right of a point its label begins, and how far each label steps aside. */
  beside: number;
  aside: { now: number; before: number; target: number };
}

export const seriesOf = (plan: Plan) => [...past(plan), ...(plan.columns ? columnsOf(plan) : lineOf(plan)), ...target(plan)];

/** The dot at the end of a line. */
const dot = 8;

/** A label right of a point, where it steps aside for the others. All of a chart begin at the same place. */
const besideLabel = (plan: Plan, text: string, move: number, symbol: number, style: object) => ({
  ...small,
  show: true,
  position: 'right',
  distance: plan.beside + (plan.columns ? 0 : (dot - symbol) / 2),
  offset: [0, move],
  formatter: text,
  ...style,
});

/** The last point, labelled with its value; hollow while it still fills. */
function lastOf(plan: Plan) {
  const value = plan.trend.points[plan.end]?.value ?? 0;
  return {
    value,
    symbol: 'circle',
    symbolSize: dot,
    itemStyle: plan.open ? { color: 'var(--ground)', borderColor: accent, borderWidth: 2 } : {},
    label: besideLabel(plan, plan.write(value), plan.aside.now, dot, { color: 'var(--text)', fontWeight: 600 }),
  };
}

/** The comparison: grey, dotted, behind. */
function past(plan: Plan) {
  const { trend, narrow, aside } = plan;
  if (trend.previous.length === 0) return [];
  const data = trend.points.map((_, at) => trend.previous[at]?.value ?? null);
  const end = data.findLastIndex((value) => value !== null);
  const label = besideLabel(plan, 'before', aside.before, 2, { color: 'var(--muted)' });
  return [
    {
      name: 'before',
      type: 'line',
      silent: true,
      emphasis: { disabled: true },
      z: 3,
      symbol: 'none',
      showAllSymbol: true,
      lineStyle: { color: 'var(--past)', width: 2, type: [1, 4], cap: 'round' },
      itemStyle: { color: 'var(--past)' },
      data: data.map((value, at) => (at === end && !narrow ? { value, symbol: 'circle', symbolSize: 2, label } : value)),
    },
  ];
}

function columnsOf(plan: Plan) {
  const { trend, end } = plan;
  const open = { color: 'url(#hatch)', borderColor: accent, borderWidth: 1 };
  return [
    {
      name: 'now',
      type: 'bar',
      barMaxWidth: 40,
      barCategoryGap: '28%',
      itemStyle: { color: accent, borderRadius: [2, 2, 0, 0] },
      emphasis: { disabled: true },
      data: trend.points.map((point) => ({
        value: point.value,
        itemStyle: point.complete ? {} : open,
      })),
    },
    // A column's own label would stand at its middle; this one stands at its top, beside it.
    {
      name: 'value',
      type: 'line',
      silent: true,
      emphasis: { disabled: true },
      showAllSymbol: true,
      symbol: 'none',
      lineStyle: { opacity: 0 },
      data: trend.points.map((_, at) => (at === end ? { ...lastOf(plan), symbolSize: 0.1 } : { value: null })),
    },
  ];
}

function lineOf(plan: Plan) {
  const { trend, end, open } = plan;
  const last = lastOf(plan);
  const line = { type: 'line', symbol: 'none', showAllSymbol: true, z: 4, itemStyle: { color: accent }, emphasis: { disabled: true } };
  const nothing = { value: null };
  return [
    {
      ...line,
      name: 'now',
      lineStyle: { color: accent, width: 2 },
      data: trend.points.map((point, at) => (at !== end ? { value: point.value } : open ? nothing : last)),
    },
    // The way to what is not complete yet, from the last point that is.
    ...(open
      ? [
          {
            ...line,
            name: 'open',
            lineStyle: { color: accent, width: 2, type: [1, 4], cap: 'round' },
            data: trend.points.map((point, at) => (at === end ? last : at === end - 1 ? { value: point.value } : nothing)),
          },
        ]
      : []),
  ];
}

/** A dashed line over the whole width, and its name. */
function target(plan: Plan) {
  const { trend, narrow, write, aside } = plan;
  if (trend.target === null) return [];
  const value = trend.target;
  const at = narrow ? 0 : trend.points.length - 1;
  const text = `target ${write(value)}`;
  // Above the lines, which may run through it where the chart is narrow.
  const muted = { color: 'var(--muted)', textBorderColor: 'var(--ground)', textBorderWidth: 3 };
  const label = besideLabel(plan, text, aside.target, 0, narrow ? { ...muted, position: [0, -16] } : muted);
  return [
    {
      name: 'target',
      type: 'line',
      z: 5,
      silent: true,
      emphasis: { disabled: true },
      showAllSymbol: true,
      symbol: 'none',
      lineStyle: { opacity: 0 },
      data: trend.points.map((_, index) => (index === at ? { value, symbol: 'circle', symbolSize: 0.1, label } : value)),
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        lineStyle: { color: 'var(--muted)', type: [5, 4], width: 1.5 },
        data: [{ yAxis: value }],
      },
    },
  ];
}
