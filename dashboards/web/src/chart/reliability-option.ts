// Bins of what was said against how often it happened, as a chart: on the line, what was said is what happened.
import { count, share, type Manner } from '../words/format';
import { binWords, type Bin } from './reliability';
import { tipLook, tipWords } from './tip';
import { small } from './trend-series';

const accent = 'var(--accent)';
const margin = { top: 32, bottom: 48, left: 48, right: 64 };
/** Diameters of the emptiest and the fullest bin. */
const least = 8;
const most = 24;

export function reliabilityOption(bins: Bin[], manner: Manner) {
  const tenths = (value: number) => share(value, manner).replace(/[.,]0(?=\D*$)/, '');
  const axis = {
    type: 'value',
    min: 0,
    max: 1,
    interval: 0.25,
    nameTextStyle: { ...small, color: 'var(--muted)' },
    axisLabel: { ...small, color: 'var(--muted)', formatter: tenths },
    axisTick: { show: false },
  };
  const fullest = Math.max(1, ...bins.map((bin) => bin.n));
  return {
    animation: false,
    textStyle: small,
    grid: { ...margin, outerBoundsMode: 'none' },
    xAxis: {
      ...axis,
      name: 'said',
      nameLocation: 'middle',
      nameGap: 30,
      axisLine: { lineStyle: { color: 'var(--rule)' } },
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      name: 'happened',
      nameLocation: 'end',
      nameGap: 14,
      nameTextStyle: { ...axis.nameTextStyle, align: 'left' },
      axisLine: { show: false },
      splitLine: { lineStyle: { color: 'var(--hairline)' } },
    },
    tooltip: {
      ...tipLook,
      trigger: 'item',
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const bin = bins[dataIndex];
        return bin ? tipWords(binWords(bin, manner)) : '';
      },
    },
    series: [
      {
        name: 'bins',
        type: 'line',
        z: 4,
        lineStyle: { opacity: 0 },
        symbol: 'circle',
        showAllSymbol: true,
        emphasis: { disabled: true },
        data: bins.map((bin) => point(bin, diameter(bin.n, fullest), manner)),
      },
      diagonal,
    ],
  };
}

function point(bin: Bin, size: number, manner: Manner) {
  const hollow = { color: 'var(--ground)', borderColor: 'var(--past)', borderWidth: 2 };
  return {
    value: [bin.middle, bin.happened],
    symbolSize: size,
    itemStyle: bin.few ? hollow : { color: accent },
    label: {
      ...small,
      show: true,
      ...beside(bin),
      distance: 6,
      formatter: bin.few ? `${count(bin.n, manner)}, few` : count(bin.n, manner),
      color: bin.few ? 'var(--muted)' : 'var(--text)',
      textBorderColor: 'var(--ground)',
      textBorderWidth: 3,
    },
  };
}

/** On the side of the point where the line is not. */
function beside({ middle, happened }: Bin) {
  if (happened <= middle) return { position: 'right', offset: [0, 6] };
  return middle < 0.15 ? { position: 'top' } : { position: 'left', offset: [0, -6] };
}

/** What was said is what happened. */
const diagonal = {
  name: 'as said',
  type: 'line',
  silent: true,
  symbol: 'none',
  showAllSymbol: true,
  emphasis: { disabled: true },
  lineStyle: { color: 'var(--past)', width: 1, type: 'solid' },
  data: [
    [0, 0],
    {
      value: [1, 1],
      symbol: 'circle',
      symbolSize: 0.1,
      label: { ...small, show: true, position: 'right', distance: 8, formatter: 'as said', color: 'var(--muted)' },
    },
  ],
};

/** By the area, so that twice as many forecasts look like twice as many. */
const diameter = (n: number, fullest: number) => Math.max(least, Math.round(most * Math.sqrt(n / fullest)));
