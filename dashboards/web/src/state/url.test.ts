import { describe, expect, it } from 'vitest';
import { narrowed, parse, write } from './url';

const roundTrip = (url: string) => {
  const [path, search] = url.split('?');
  return write(parse(path!, search ? `?${search}` : ''));
};

describe('a place in the address', () => {
  it('reads tenant, page and the usual answers', () => {
    expect(parse('/t/gifts/executive', '')).toEqual({
      admin: null,
      tenant: 'gifts',
      page: 'executive',
      period: { name: 'month_to_date' },
      compare: 'previous',
      where: [],
      asOf: null,
      drill: null,
    });
  });

  it('comes back as it was written', () => {
    for (const url of [
      '/t/gifts/executive?period=last_week',
      '/t/gifts/executive?from=2011-01-01&to=2011-02-01&compare=none',
      '/t/a%20b/page?period=all&where=country%3AUnited+Kingdom&where=channel%3Aa%3Ab&kpi=net_sales&tab=slices&by=country',
      '/t/gifts/executive?period=today&as_of=2011-12-09T00%3A00%3A00Z&kpi=orders&tab=trend&grain=day',
      '/?period=month_to_date',
    ]) {
      expect(roundTrip(url)).toBe(url);
    }
  });

  it('keeps colons inside a filter value', () => {
    expect(parse('/t/a/b', '?where=step:a:b').where).toEqual([{ dimension: 'step', value: 'a:b' }]);
  });

  it('falls back to what it knows when the address does not make sense', () => {
    const place = parse('/elsewhere', '?from=2011-02-01&to=2011-01-01&period=<b>&compare=x&where=nothing&kpi=k&tab=x&grain=x');
    expect(place.tenant).toBeNull();
    expect(place.period).toEqual({ name: 'month_to_date' });
    expect(place.compare).toBe('previous');
    expect(place.where).toEqual([]);
    expect(place.drill).toEqual({ kpi: 'k', tab: 'trend', by: null, grain: null });
  });

  it('does not fall over a broken escape', () => {
    expect(parse('/t/%E0%A4%A/x', '').tenant).toBe('%E0%A4%A');
  });
});

describe('filters', () => {
  it('hold one value a dimension', () => {
    const first = narrowed([], 'country', 'France');
    expect(narrowed(first, 'country', 'Spain')).toEqual([{ dimension: 'country', value: 'Spain' }]);
    expect(narrowed(first, 'channel', 'web')).toHaveLength(2);
  });

  it('knows the pages for those who set things up', () => {
    expect(parse('/admin/tokens', '').admin).toBe('tokens');
    expect(parse('/admin/nonsense', '').admin).toBe('people');
    expect(write(parse('/admin/audit', '?period=all'))).toBe('/admin/audit');
  });
});
