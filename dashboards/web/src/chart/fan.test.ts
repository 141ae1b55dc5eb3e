import { describe, expect, it } from 'vitest';
import type { Cell, ListPage } from '../api/types';
import { dayWords, fanOf } from './fan';
import { fanOption } from './fan-option';

const manner = { locale: 'en-GB', zone: 'America/New_York' };
const names = ['sku', 'day', 'units', 'mean', 'low', 'high'];
const page = (...rows: Cell[][]): ListPage => ({
  list: 'course',
  title: 'Demand',
  about: '',
  order_by: 'day',
  descending: false,
  columns: {
    units: { title: 'Asked for', unit: 'count', currency: null },
    mean: { title: 'Expected', unit: 'count', currency: null },
  },
  detail: null,
  chart: { day: 'day', actual: 'units', middle: 'mean', bands: [{ title: '90 %', from: 'low', to: 'high' }] },
  fields: names.map((name) => ({ name, type: 'Utf8' })),
  rows,
  total: rows.length,
  offset: 0,
  limit: 200,
  truncated: false,
  knowledge_time: null,
});
const was = (day: string, units: number): Cell[] => ['A', day, units, null, null, null];
const said = (day: string, mean: Cell, low: number, high: number): Cell[] => ['A', day, null, mean, low, high];
const course = page(was('2011-12-08', 4), was('2011-12-09', 6), said('2011-12-10', '5.25', 1, 9), said('2011-12-11', 5, 2, 12));

describe('a course of what was and what is to come', () => {
  it('has every day, what was and what is expected', () => {
    const fan = fanOf(course)!;
    expect(fan.days).toEqual(['2011-12-08', '2011-12-09', '2011-12-10', '2011-12-11']);
    expect(fan.actual).toEqual([4, 6, null, null]);
    expect(fan.middle).toEqual([null, null, 5.25, 5]);
    expect(fan.next).toBe(2);
    expect(fan.whole).toBe(true);
  });

  it('is not joined over days of which nothing is told', () => {
    const fan = fanOf(page(was('2011-12-05', 4), was('2011-12-08', 6)))!;
    expect(fan.actual).toEqual([4, null, null, 6]);
    expect(fan.whole).toBe(false);
    expect(fan.next).toBeNull();
    expect(dayWords(fan, 1, manner)).toEqual(['6 Dec 2011', 'Nothing told']);
    expect(fanOf(page(was('2011-12-08', 4), said('2011-12-10', 5, 1, 9)))?.whole).toBe(false);
  });

  it('says each day, the narrowest band first, moved by no zone', () => {
    const fan = fanOf(course)!;
    expect(dayWords(fan, 0, manner)).toEqual(['8 Dec 2011', 'Asked for 4']);
    expect(dayWords(fan, 2, manner)).toEqual(['10 Dec 2011', 'Expected 5.3', '90 %: 1 to 9']);
  });

  it('is none where the list is no course', () => {
    expect(fanOf({ ...course, chart: null })).toBeNull();
    expect(fanOf(page())?.days).toEqual([]);
  });
});

describe('its chart', () => {
  const drawn = (today = '2011-12-10', width = 800) => fanOption(fanOf(course)!, today, manner, width, 300);
  const series = (name: string) => drawn().series.find((one) => one.name === name) as { type: string; data: unknown[]; lineStyle: object };

  it('stands on zero and holds the widest band', () => {
    expect(drawn().yAxis).toMatchObject({ min: 0, max: 15 });
  });

  it('lays a band between its bounds', () => {
    expect(series('90 % from').data).toEqual([null, null, 1, 2]);
    expect(series('90 %').data).toEqual([null, null, 8, 10]);
  });

  it('draws what is expected dashed, and what was as a line', () => {
    expect(series('expected').lineStyle).toMatchObject({ type: [5, 4] });
    expect(series('was').type).toBe('line');
  });

  it('draws columns where days are missing', () => {
    const option = fanOption(fanOf(page(was('2011-12-05', 4), was('2011-12-08', 6)))!, '2011-12-10', manner, 800, 300);
    expect(option.series.find((one) => one.name === 'was')).toMatchObject({ type: 'bar' });
  });

  it('names the day from which it is a forecast', () => {
    const label = (today: string) => JSON.stringify(drawn(today).series.find((one) => one.name === 'divider'));
    expect(label('2011-12-10')).toContain('"today"');
    expect(label('2012-03-01')).toContain('as of 10 Dec');
  });

  it('names its lines at their ends, where there is room', () => {
    const names = (width: number) => drawn('2011-12-10', width).series.map((one) => one.name);
    expect(names(800)).toEqual(expect.arrayContaining(['90 %: 2 to 12', 'expected 5']));
    expect(names(320)).not.toContain('expected 5');
  });

  it('has a point on each day for the arrow keys', () => {
    expect(drawn().series[0]).toMatchObject({ name: 'day', data: [4, 6, 5.25, 5] });
  });
});
