// The app against a running server, as a reader uses it. Needs BASE_URL and TOKEN; see browser.mjs.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ask, base, clean, everyPage, fits, launch, open, settled, signedIn, token } from './browser.mjs';

const widths = [320, 390, 768, 1440];
let browser;
let page;
let places;

before(async () => {
  browser = await launch();
  page = await signedIn(browser);
  places = await everyPage(page);
});
after(() => browser?.close());

describe('signing in', () => {
  it('takes a token, and opens the first page', async () => {
    const context = await browser.newContext();
    const fresh = await context.newPage();
    await fresh.goto(base);
    await fresh.getByText('Use a token').click();
    await fresh.getByLabel('Your token').fill(token);
    await fresh.getByRole('button', { name: 'Sign in with the token' }).click();
    await fresh.locator('main h1').waitFor();
    await fresh.waitForURL(/\/t\/[^/]+\/[^/?]+/);
    await context.close();
  });

  it('says so when the token is not accepted', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
    const fresh = await context.newPage();
    await fresh.goto(base);
    await fresh.getByText('Use a token').click();
    await fresh.getByLabel('Your token').fill('not a token');
    await fresh.getByRole('button', { name: 'Sign in with the token' }).click();
    await fresh.waitForURL(/sign-in=failed/);
    const field = fresh.getByLabel('Your token');
    assert.match(await fresh.getByRole('alert').innerText(), /not accepted/);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await clean(fresh, 'a failed sign-in');
    await fits(fresh, 'a failed sign-in');
    await context.close();
  });

  it('signs out, on a screen and on a phone', async () => {
    for (const width of [1440, 390]) {
      const fresh = await signedIn(browser, { viewport: { width, height: 900 } });
      if (width < 768) await fresh.getByRole('button', { name: 'Pages' }).click();
      await fresh.getByRole('button', { name: 'Sign out' }).click();
      await fresh.getByLabel('Name or e-mail address').waitFor();
      assert.equal((await fresh.request.get(`${base}/api/v1/me`)).status(), 401);
      await fresh.context().close();
    }
  });

  it('passes axe and fits a phone', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
    const fresh = await context.newPage();
    await fresh.goto(base);
    await fresh.getByLabel('Name or e-mail address').waitFor();
    await clean(fresh, 'sign-in');
    await fresh.getByText('Use a token').click();
    await clean(fresh, 'sign-in with a token');
    await fits(fresh, 'sign-in');
    await context.close();
  });
});

describe('every page of every tenant', () => {
  it('is listed', () => assert.ok(places.length > 0));

  it('is drawn whole, accessible, in its width and under its brand', async (test) => {
    for (const place of places) await test.test(place.path, () => sound(place));
  });
});

/** One visit of a page, looked at in both themes and three widths. */
async function sound({ path, tenant, page: one }) {
  const errors = [];
  const note = (error) => errors.push(error.message);
  page.on('pageerror', note);
  await open(page, path);
  const { sections } = await ask(page, `/tenants/${tenant.id}/pages/${one.id}`);
  const drawn = await page.locator('.tile').evaluateAll((all) => all.map((tile) => tile.dataset.kpi));
  assert.deepEqual(drawn, sections.flatMap((section) => section.tiles), 'every tile is drawn');
  assert.equal(await page.locator('article[data-view]').count(), sections.flatMap((section) => section.panels).length, 'every panel is drawn');
  assert.deepEqual(await page.locator('[role=alert]').allTextContents(), [], 'nothing failed');
  const words = await page.evaluate(() => document.title + document.body.innerText + document.head.innerHTML);
  assert.doesNotMatch(words, /quarterdeck/i, 'the engine is not named');

  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await clean(page, colorScheme);
  }
  // 320 px is 1280 px zoomed to 400 %.
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await fits(page, `${width} px`);
  }
  page.off('pageerror', note);
  assert.deepEqual(errors, [], 'no script failed');
}

describe('a figure', () => {
  it('opens on every tab, in both themes and on a phone, without a violation', async () => {
    const { tenant, page: one, kpi } = await someFigure();
    for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { viewport: { width: 390, height: 900 } }]) {
      const themed = await signedIn(browser, options);
      for (const tab of ['trend', 'slices', 'records', 'definition']) {
        const path = `/t/${tenant}/${one}?period=all&kpi=${kpi}&tab=${tab}`;
        await open(themed, path);
        await clean(themed, path);
        await fits(themed, path);
      }
      await themed.context().close();
    }
  });

  it('is made of records that come to its value, on every tile', async (test) => {
    for (const { path } of places) {
      await test.test(path, async () => {
        await open(page, path);
        for (const tile of await page.locator('.tile').all()) await added(tile);
      });
    }
  });

  it('shows the same numbers in its chart and in its table', async () => {
    const { tenant, page: one, kpi } = await someFigure();
    const answer = page.waitForResponse((response) => response.url().includes('/series?') && response.url().includes(`/${kpi}/`) && response.url().includes('grain=quarter'));
    await open(page, `/t/${tenant}/${one}?period=all&kpi=${kpi}&tab=trend&grain=quarter`);
    const { points } = await (await answer).json();
    const dialog = page.getByRole('dialog');
    const chart = dialog.getByRole('slider');
    assert.equal(Number(await chart.getAttribute('aria-valuemax')), points.length - 1);
    const read = [];
    await chart.focus();
    await page.keyboard.press('Home');
    for (let at = 0; at < points.length; at += 1) {
      read.push((await chart.getAttribute('aria-valuetext')).replaceAll(/\s/g, ' '));
      await page.keyboard.press('ArrowRight');
    }
    await dialog.getByRole('button', { name: 'View as table' }).click();
    const rows = dialog.locator('tbody tr');
    assert.equal(await rows.count(), points.length);
    for (const [at, point] of points.entries()) {
      const cell = rows.nth(at).locator('td').first();
      assert.equal(await cell.getAttribute('data-value'), point.value === null ? null : String(point.value));
      assert.ok(read[at].includes((await cell.innerText()).replaceAll(/\s/g, ' ')), `${read[at]} has the table's number`);
    }
  });

  it('reaches back where the period holds too few buckets for a course', async () => {
    const { tenant, page: one, kpi } = await someFigure();
    await open(page, `/t/${tenant}/${one}?period=month_to_date&kpi=${kpi}&tab=trend&grain=month`);
    const dialog = page.getByRole('dialog');
    assert.equal(await dialog.getByRole('slider').getAttribute('aria-valuemax'), '12');
    assert.match(await dialog.getByRole('figure').innerText(), /since /);
    const reading = await ask(page, `/tenants/${tenant}/kpis/${kpi}/reading?period=month_to_date`);
    await dialog.getByRole('button', { name: 'View as table' }).click();
    const last = dialog.locator('tbody tr').last().locator('td').first();
    assert.equal(await last.getAttribute('data-value'), String(reading.value), 'it ends with the figure itself');
  });

  it('narrows the page by a slice, and is widened again', async () => {
    const { tenant, page: one, kpi } = await someFigure();
    await open(page, `/t/${tenant}/${one}?period=all&kpi=${kpi}&tab=slices`);
    const dialog = page.getByRole('dialog');
    const slice = dialog.locator('.key').first();
    const key = await slice.innerText();
    await slice.click();
    await page.waitForURL(/where=/);
    await settled(page);
    assert.ok((await dialog.getByRole('list', { name: 'Filters' }).innerText()).includes(key));
    await dialog.getByRole('button', { name: /Take away the filter/ }).click();
    await page.waitForURL((url) => !url.search.includes('where='));
  });

  it('offers its records as CSV', async () => {
    const { tenant, page: one, kpi } = await someFigure();
    await open(page, `/t/${tenant}/${one}?period=all&kpi=${kpi}&tab=records`);
    const href = await page.getByRole('dialog').getByRole('link', { name: /CSV/ }).getAttribute('href');
    const answer = await page.request.get(base + href);
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()['content-type'], /csv/);
  });
});

describe('the keyboard', () => {
  it('reaches a tile, opens it, walks its tabs and comes back', async () => {
    const { tenant, page: one, kpi } = await someFigure();
    await open(page, `/t/${tenant}/${one}?period=all`);
    const focused = () => page.evaluate(() => document.activeElement?.closest('.tile')?.dataset.kpi ?? null);
    for (let presses = 0; presses < 80 && (await focused()) !== kpi; presses += 1) await page.keyboard.press('Tab');
    assert.equal(await focused(), kpi, 'Tab reaches the tile');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    assert.ok(await page.evaluate(() => document.querySelector('dialog[open]').contains(document.activeElement)), 'the focus is inside');
    await page.getByRole('tab', { name: 'Trend' }).focus();
    for (const name of ['Slices', 'Records', 'Definition']) {
      await page.keyboard.press('ArrowRight');
      assert.equal(await page.getByRole('tab', { name }).getAttribute('aria-selected'), 'true');
    }
    await settled(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction((wanted) => document.activeElement?.closest('.tile')?.dataset.kpi === wanted, kpi);
  });

  it('skips to the content', async () => {
    await open(page, places[0].path);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'content');
  });

  it('chooses a period', async () => {
    await open(page, places[0].path);
    await page.getByRole('button', { name: /^Period/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Last month', exact: true }).press('Enter');
    await page.waitForURL(/period=last_month/);
    await page.getByRole('button', { name: /^Period/ }).press('Enter');
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('button', { name: 'Last month', exact: true }).count(), 0);
  });
});

describe('the address', () => {
  it('keeps tenant, page, period and comparison over a reload', async () => {
    const last = places.at(-1);
    await open(page, `/t/${last.tenant.id}/${last.page.id}?period=last_month&compare=none`);
    await page.reload();
    await settled(page);
    assert.equal(await page.getByLabel('Company').inputValue(), last.tenant.id);
    assert.equal(await page.locator('main h1').innerText(), last.page.title);
    assert.match(await page.getByRole('button', { name: /^Period/ }).innerText(), /Last month/);
    assert.match(await page.getByRole('button', { name: /^Compare/ }).innerText(), /Nothing/);
  });

  it('takes days of one’s own', async () => {
    await open(page, `${places[0].path.split('?')[0]}?from=2011-01-01&to=2011-02-01`);
    await page.getByRole('button', { name: /^Period/ }).click();
    assert.equal(await page.getByLabel('First day').inputValue(), '2011-01-01');
    assert.equal(await page.getByLabel('Last day').inputValue(), '2011-01-31');
    await page.getByLabel('Last day').fill('2011-03-31');
    await page.getByRole('button', { name: 'Show these days' }).click();
    await page.waitForURL(/from=2011-01-01&to=2011-04-01/);
  });

  it('goes back', async () => {
    await open(page, places[0].path);
    await page.getByRole('button', { name: /^Period/ }).click();
    await page.getByRole('button', { name: 'Last week', exact: true }).click();
    await page.waitForURL(/last_week/);
    await page.goBack();
    await page.waitForURL(/period=all/);
  });
});

describe('the theme', () => {
  it('is remembered', async () => {
    await open(page, places[0].path);
    const scheme = () => page.evaluate(() => document.documentElement.style.colorScheme);
    const button = page.getByRole('button', { name: /^Theme/ });
    await button.click();
    assert.equal(await scheme(), 'light');
    await button.click();
    assert.equal(await scheme(), 'dark');
    await page.reload();
    await settled(page);
    assert.equal(await scheme(), 'dark');
    await page.getByRole('button', { name: /^Theme/ }).click();
    assert.equal(await scheme(), 'light dark');
  });
});

/** Opens a tile's records: their sum is the tile's value, and is written with the same digits as the headline. */
async function added(tile) {
  const value = await tile.locator('[data-value]').evaluateAll((found) => found[0]?.dataset.value ?? null);
  const kpi = await tile.getAttribute('data-kpi');
  await tile.getByRole('link').click();
  await page.getByRole('tab', { name: 'Records' }).click();
  const line = page.locator('dialog[open] .sum');
  await line.waitFor();
  await settled(page);
  assert.equal(await line.getAttribute('data-value'), value, kpi);
  if (value !== null) {
    const headline = (await page.locator('dialog[open] .headline .number').innerText()).trim();
    assert.ok((await line.innerText()).includes(headline), `${kpi}: the sum line says ${headline}`);
  }
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** A figure of the first pages that has a value, a dimension and records. */
async function someFigure() {
  for (const { tenant, page: one, path } of places) {
    const { kpis } = await ask(page, `/tenants/${tenant.id}/kpis`);
    const { sections } = await ask(page, `/tenants/${tenant.id}/pages/${one.id}`);
    for (const id of sections.flatMap((section) => section.tiles)) {
      if (!kpis.find((kpi) => kpi.id === id)?.dimensions.length) continue;
      const reading = await ask(page, `/tenants/${tenant.id}/kpis/${id}/reading?${path.split('?')[1]}`);
      if (reading.value !== null && reading.value !== undefined && reading.n > 0) return { tenant: tenant.id, page: one.id, kpi: id };
    }
  }
  assert.fail('no page has a figure with a value and a dimension');
}
