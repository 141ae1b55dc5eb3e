// The pages of forecasts against a running server, as a reader uses them. Needs BASE_URL and TOKEN; see browser.mjs. Of its tenants one has
// customers at risk and articles with an outlook.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ask, base, clean, fits, launch, open, settled, signedIn } from './browser.mjs';

const pages = ['inventory_risk', 'customers_at_risk', 'forecast_scorecard'];
const phone = { width: 390, height: 900 };
let browser;
let page;
let tenant;

before(async () => {
  browser = await launch();
  page = await signedIn(browser);
  const { tenants } = await ask(page, '/me');
  for (const { id } of tenants) {
    const listed = (await ask(page, `/tenants/${id}/pages`)).pages.map((one) => one.id);
    if (pages.every((one) => listed.includes(one))) tenant = id;
  }
  assert.ok(tenant, `a tenant has the pages ${pages.join(', ')}`);
});
after(() => browser?.close());

const path = (one, query = 'period=all') => `/t/${tenant}/${one}?${query}`;
/** The panel of a list: the figure that has its title. */
async function panelOf(of, one, list) {
  const { sections } = await ask(of, `/tenants/${tenant}/pages/${one}`);
  const panel = sections.flatMap((section) => section.panels).find((found) => found.list === list);
  assert.ok(panel, `${one} shows ${list}`);
  return { panel, figure: of.locator('article[data-view=list]').filter({ has: of.getByRole('heading', { name: panel.title, exact: true }) }) };
}
const rowsOf = (of, list, query) => ask(of, `/tenants/${tenant}/lists/${list}?${query}`);
const column = ({ fields, rows }, name) => rows.map((row) => row[fields.findIndex((field) => field.name === name)]);
/** What the first column of the drawn rows says to a program. */
const drawn = (figure) => figure.locator('tbody > tr > th[scope=row]').evaluateAll((all) => all.map((head) => head.dataset.value));

describe('a page of forecasts', () => {
  for (const one of pages) {
    it(`is drawn with every heading: ${one}`, async () => {
      await open(page, path(one));
      const { title, sections } = await ask(page, `/tenants/${tenant}/pages/${one}`);
      assert.equal(await page.locator('main h1').innerText(), title);
      assert.deepEqual(await page.locator('main h2').allInnerTexts(), sections.map((section) => section.title));
      for (const { title: heading } of sections.flatMap((section) => section.panels)) {
        assert.ok((await page.locator('main article h3').allInnerTexts()).includes(heading), heading);
      }
      assert.deepEqual(await page.locator('[role=alert]').allTextContents(), [], 'nothing failed');
    });
  }
});

describe('a list', () => {
  it('has the rows of the server, in its order, with how many there are', async () => {
    await open(page, path('customers_at_risk'));
    const { panel, figure } = await panelOf(page, 'customers_at_risk', 'customers_at_risk');
    const asked = await rowsOf(page, 'customers_at_risk', `limit=${panel.limit}`);
    assert.ok(asked.rows.length > 0, 'there are customers');
    assert.deepEqual(await drawn(figure), column(asked, 'customer_id'));
    const total = await page.evaluate((count) => new Intl.NumberFormat('en').format(count).replaceAll(/\D/g, ''), asked.total);
    assert.ok((await figure.locator('.pager p').innerText()).replaceAll(/[.,\s]/g, '').endsWith(total), 'the total is said');
    assert.equal(await figure.locator('[aria-sort]').getAttribute('aria-sort'), 'descending');
    assert.equal(await figure.locator('[aria-sort]').innerText(), asked.columns[asked.order_by].title);
  });

  it('is put in another order by its headings, and turned round', async () => {
    await open(page, path('customers_at_risk'));
    const { panel, figure } = await panelOf(page, 'customers_at_risk', 'customers_at_risk');
    const own = await drawn(figure);
    const heading = figure.getByRole('button', { name: 'Customer', exact: true });
    for (const [descending, sort] of [[false, 'ascending'], [true, 'descending']]) {
      await heading.click();
      await settled(page);
      assert.equal(await figure.locator('[aria-sort]').getAttribute('aria-sort'), sort);
      const asked = await rowsOf(page, 'customers_at_risk', `order=customer_id&descending=${descending}&limit=${panel.limit}`);
      const ordered = await drawn(figure);
      assert.deepEqual(ordered, column(asked, 'customer_id'));
      assert.notDeepEqual(ordered, own, 'the order has changed');
    }
  });

  it('goes on to further rows and comes back', async () => {
    await open(page, path('customers_at_risk'));
    const { panel, figure } = await panelOf(page, 'customers_at_risk', 'customers_at_risk');
    const first = await drawn(figure);
    await figure.getByRole('button', { name: 'Further rows' }).click();
    await settled(page);
    const asked = await rowsOf(page, 'customers_at_risk', `limit=${panel.limit}&offset=${panel.limit}`);
    assert.deepEqual(await drawn(figure), column(asked, 'customer_id'));
    assert.notDeepEqual(await drawn(figure), first);
    await figure.getByRole('button', { name: 'Earlier rows' }).click();
    await settled(page);
    assert.deepEqual(await drawn(figure), first);
  });

  it('says probabilities in whole percents, and none as a certainty', async () => {
    await open(page, path('customers_at_risk'));
    const { figure } = await panelOf(page, 'customers_at_risk', 'customers_at_risk');
    const said = await figure.locator('td:has(svg rect.part)').allInnerTexts();
    assert.ok(said.length > 0, 'there are probabilities');
    for (const words of said) assert.match(words.trim(), /^((under|over) )?[1-9]\d?\s?%$/);
  });

  it('offers all its rows as CSV', async () => {
    await open(page, path('customers_at_risk'));
    const { figure } = await panelOf(page, 'customers_at_risk', 'customers_at_risk');
    const answer = await page.request.get(base + (await figure.getByRole('link', { name: /CSV/ }).getAttribute('href')));
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()['content-type'], /csv/);
    const { total } = await rowsOf(page, 'customers_at_risk', 'limit=1');
    assert.equal(Number(answer.headers()['x-total-rows']), total);
  });
});

describe('a row', () => {
  /** The first article's row, opened by the keyboard. */
  async function opened(of) {
    await open(of, path('inventory_risk'));
    const { figure } = await panelOf(of, 'inventory_risk', 'demand_outlook');
    const button = figure.locator('tbody > tr > th [aria-expanded]').first();
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
    await button.focus();
    await of.keyboard.press('Enter');
    await figure.getByRole('slider').waitFor();
    await settled(of);
    return { figure, button };
  }
  const firstCourse = async () => {
    const asked = await rowsOf(page, 'demand_outlook', 'limit=1');
    const where = asked.detail.by.map((name) => `where=${encodeURIComponent(`${name}:${column(asked, name)[0] ?? ''}`)}`);
    return rowsOf(page, asked.detail.list, `${where.join('&')}&limit=200`);
  };

  it('opens into its course by the keyboard, and closes again', async () => {
    const { figure, button } = await opened(page);
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    assert.equal(await page.locator(`[id="${await button.getAttribute('aria-controls')}"]`).count(), 1, 'what it controls is there');
    assert.ok((await figure.locator('.chart svg path').count()) > 4, 'lines and areas are drawn');
    await button.focus();
    await page.keyboard.press('Space');
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
    assert.equal(await figure.getByRole('slider').count(), 0);
  });

  it('shows the same numbers in its chart and in its table', async () => {
    const { figure } = await opened(page);
    const course = await firstCourse();
    const chart = figure.getByRole('slider');
    await chart.focus();
    await page.keyboard.press('End');
    const last = (await chart.getAttribute('aria-valuetext')).replaceAll(/\s/g, ' ');
    assert.match(last, new RegExp(course.columns[course.chart.middle].title));
    for (const { title } of course.chart.bands) assert.ok(last.includes(title), `${last} says ${title}`);
    await page.keyboard.press('Home');
    assert.match(await chart.getAttribute('aria-valuetext'), new RegExp(course.columns[course.chart.actual].title));
    await figure.getByRole('button', { name: 'View as table' }).click();
    const twin = figure.locator('tr.detail table');
    assert.equal(await twin.locator('tbody tr').count(), course.rows.length);
    const days = await twin.locator('tbody th').evaluateAll((all) => all.map((head) => head.dataset.value));
    assert.deepEqual(days, column(course, course.chart.day));
    const middle = String(column(course, course.chart.middle).at(-1));
    const values = await twin.locator('tbody tr').last().locator('td').evaluateAll((all) => all.map((cell) => cell.dataset.value));
    assert.ok(values.includes(middle), `${values} has ${middle}`);
  });

  it('stays open on paper', async () => {
    const { figure } = await opened(page);
    await page.emulateMedia({ media: 'print' });
    assert.ok(await figure.locator('tr.detail .chart svg').isVisible());
    await page.emulateMedia({ media: 'screen' });
  });

  it('passes axe in both themes, open as a chart and as a table', async () => {
    const { figure } = await opened(page);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await clean(page, `open, ${colorScheme}`);
    }
    await figure.getByRole('button', { name: 'View as table' }).click();
    await clean(page, 'its table');
    await page.emulateMedia({ colorScheme: 'light' });
  });
});

describe('a list on a phone', () => {
  it('is of cards that open, in an order of one’s choice', async () => {
    const small = await signedIn(browser, { viewport: phone });
    await open(small, path('inventory_risk'));
    const { panel, figure } = await panelOf(small, 'inventory_risk', 'demand_outlook');
    const cards = figure.getByRole('list', { name: panel.title }).locator(':scope > li');
    const names = () => cards.locator('[aria-expanded] span').allInnerTexts();
    const own = await names();
    assert.ok(own.length > 0, 'there are cards');
    await figure.getByLabel('Order by').selectOption('sku');
    await settled(small);
    const asked = await rowsOf(small, 'demand_outlook', `order=sku&descending=false&limit=${panel.limit}`);
    assert.deepEqual(await names(), column(asked, 'sku'));
    assert.notDeepEqual(await names(), own);
    await cards.first().getByRole('button').press('Enter');
    await cards.first().getByRole('slider').waitFor();
    await settled(small);
    for (const width of [320, 390]) {
      await small.setViewportSize({ ...phone, width });
      await fits(small, `${width} px`);
    }
    await clean(small, 'an open card');
    await small.context().close();
  });
});

describe('how often it happened', () => {
  const panel = () => page.locator('article[data-view=reliability]');

  it('is a sentence, a point a bin, and the same in a table', async () => {
    const answer = page.waitForResponse((response) => response.url().includes('/churn_reliability/slices?'));
    await open(page, path('customers_at_risk'));
    const { slices } = await (await answer).json();
    assert.ok(slices.length > 0, 'there are forecasts whose days are over');
    assert.match(await panel().locator('.words').innerText(), /^What was said with \d+ to \d+ % happened in .*100 \([\d.,]+ forecasts?/);
    const chart = panel().getByRole('slider');
    assert.equal(Number(await chart.getAttribute('aria-valuemax')), slices.length - 1);
    await chart.focus();
    await page.keyboard.press('Home');
    const read = [];
    for (let at = 0; at < slices.length; at += 1) {
      read.push((await chart.getAttribute('aria-valuetext')).replaceAll(/\s/g, ' '));
      await page.keyboard.press('ArrowRight');
    }
    await panel().getByRole('button', { name: 'View as table' }).click();
    const rows = panel().locator('tbody tr');
    assert.equal(await rows.count(), slices.length);
    for (const [at, words] of read.entries()) {
      const [said, happened] = await rows.nth(at).locator('th, td').allInnerTexts();
      assert.ok(words.includes(said) && words.includes(happened.replaceAll(/\s/g, ' ')), `${words} has ${said}: ${happened}`);
      const slice = slices.find(({ key }) => key === said);
      assert.equal(await rows.nth(at).locator('td').first().getAttribute('data-value'), String(slice.value));
    }
    await clean(page, 'the table of bins');
  });

  it('leads to its records', async () => {
    await open(page, path('customers_at_risk'));
    await panel().getByRole('link', { name: /^Open/ }).click();
    await page.getByRole('dialog').waitFor();
    assert.equal(await page.getByRole('tab', { name: 'Slices' }).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Escape');
  });

  it('says kindly that no day has come, and leads to all time', async () => {
    await open(page, path('customers_at_risk', 'from=2001-01-01&to=2001-02-01'));
    assert.match(await panel().innerText(), /No forecast’s day has come in this period/);
    await panel().getByRole('link', { name: 'Look at all time' }).click();
    await page.waitForURL(/period=all/);
    await settled(page);
    await panel().getByRole('slider').waitFor();
  });
});
