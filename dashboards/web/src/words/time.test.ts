import { describe, expect, it } from 'vitest';
import { aged, bucket, instant, lasting, localDay, shifted } from './time';

const british = { locale: 'en-GB', zone: 'Europe/London' };
const american = { locale: 'en-US', zone: 'America/New_York' };

describe('time in words', () => {
  it('is told in the zone of the tenant', () => {
    expect(instant('2011-07-01T23:30:00Z', british)).toBe('2 Jul 2011, 00:30');
    expect(localDay('2011-07-01T23:30:00Z', british)).toBe('2011-07-02');
    expect(bucket('2011-12-05T05:00:00Z', 'day', american)).toBe('Dec 5');
  });

  it('names buckets by their grain', () => {
    expect(bucket('2011-12-05T00:00:00Z', 'hour', british)).toBe('00:00');
    expect(bucket('2011-12-05T00:00:00Z', 'week', british, 'long')).toBe('Week of 5 Dec 2011');
    expect(bucket('2011-12-01T00:00:00Z', 'month', british, 'long')).toBe('December 2011');
    expect(bucket('2011-10-01T00:00:00Z', 'quarter', british)).toBe('Q4 2011');
    expect(bucket('2011-01-01T00:00:00Z', 'year', british)).toBe('2011');
  });

  it('says how long by the greatest unit', () => {
    expect(lasting(45, british)).toBe('45 seconds');
    expect(lasting(3_700, british)).toBe('1 hour');
    expect(lasting(200_000, british)).toBe('2 days');
    expect(lasting(-5, british)).toBe('0 seconds');
  });

  it('says an age in days once it is some', () => {
    expect(aged(5.25, british)).toBe('5.3 hours');
    expect(aged(1, british)).toBe('1 hour');
    expect(aged(229.841666, british)).toBe('9.6 days');
    expect(aged(1356.428, british)).toBe('57 days');
  });

  it('moves days over months', () => {
    expect(shifted('2011-12-31', 1)).toBe('2012-01-01');
    expect(shifted('2012-03-01', -1)).toBe('2012-02-29');
  });
});
