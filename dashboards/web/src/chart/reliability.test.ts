import { describe, expect, it } from 'vitest';
import type { Slice } from '../api/types';
import { binsOf, binWords, reliabilityWords } from './reliability';
import { reliabilityOption } from './reliability-option';

const british = { locale: 'en-GB', zone: 'Europe/London' };
const slice = (key: string | null, value: number | null, n: number, small = false) => ({ key, value, n, small }) as Slice;
const slices = [slice('70 to 80 %', 0.762, 1204), slice('0 to 10 %', 0.04, 600), slice('90 to 100 %', 1, 3, true), slice(null, 0.5, 9), slice('10 to 20 %', null, 0)];

describe('bins of what was said', () => {
  it('stand at the middle of what was said, the least likely first', () => {
    expect(binsOf(slices).map(({ said, middle, few }) => [said, middle, few])).toEqual([
      ['0 to 10 %', 0.05, false],
      ['70 to 80 %', 0.75, false],
      ['90 to 100 %', 0.95, true],
    ]);
  });

  it('are said in a sentence, by the one with the most forecasts', () => {
    expect(reliabilityWords(binsOf(slices), british)).toBe('What was said with 70 to 80 % happened in 76 of 100 (1,204 forecasts).');
    const few = binsOf([slice('0 to 10 %', 0.004, 1, true)]);
    expect(reliabilityWords(few, british)).toBe('What was said with 0 to 10 % happened in fewer than 1 of 100 (1 forecast, too few to tell).');
    expect(reliabilityWords([], british)).toBeNull();
  });

  it('are read out one by one', () => {
    expect(binWords(binsOf(slices)[2]!, british)).toEqual(['Said with 90 to 100 %', 'Happened in 100.0%', '3 forecasts, few']);
  });
});

describe('their chart', () => {
  const option = reliabilityOption(binsOf(slices), british);
  const [bins, diagonal] = option.series as { data: { value: number[]; symbolSize: number; itemStyle: object; label: { formatter: string } }[] }[];

  it('has what was said to the right and what happened upwards', () => {
    expect(bins!.data.map(({ value }) => value)).toEqual([[0.05, 0.04], [0.75, 0.762], [0.95, 1]]);
    expect(diagonal!.data).toHaveLength(2);
  });

  it('has larger points for more forecasts, hollow ones for few, which is said', () => {
    const [less, more, few] = bins!.data;
    expect(less!.symbolSize).toBeLessThan(more!.symbolSize);
    expect(few!.itemStyle).toMatchObject({ color: 'var(--ground)' });
    expect(few!.label.formatter).toBe('3, few');
    expect(more!.label.formatter).toBe('1,204');
  });

  it('has whole percents at its axes', () => {
    expect(option.xAxis.axisLabel.formatter(0.25)).toBe('25%');
    expect(option.xAxis.axisLabel.formatter(1)).toBe('100%');
  });
});
