// What every browser script needs: a headless browser, a signed-in page, the tenants and pages of the running server.
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

export const base = required('BASE_URL').replace(/\/$/, '');
export const token = required('TOKEN');

/** What the environment must say. */
export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}: the address and the token of a running server with tenants loaded`);
  return value;
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

/** A page of a fresh context that has gone through the sign-in. */
export async function signedIn(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(`${base}/sign-in?token=${encodeURIComponent(token)}`);
  await page.locator('main h1').waitFor();
  return page;
}

/** Asks the API as the signed-in page does. */
export const ask = (page, path) =>
  page.evaluate(async (address) => (await fetch(address)).json(), `/api/v1${path}`);

/** Every page of every tenant, with the period that has the most to show. */
export async function everyPage(page, period = 'all') {
  const { tenants } = await ask(page, '/me');
  const places = [];
  for (const tenant of tenants) {
    const { pages } = await ask(page, `/tenants/${tenant.id}/pages`);
    for (const one of pages) places.push({ tenant, page: one, path: `/t/${tenant.id}/${one.id}?period=${period}` });
  }
  return places;
}

/** Goes there and waits until nothing is being asked any more and every chart is drawn. */
export async function open(page, path) {
  await page.goto(base + path);
  await settled(page);
}

export async function settled(page) {
  await page.locator('h1, h2').first().waitFor();
  await page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('[aria-busy=true], [data-drawn=false]'));
  await page.evaluate(() => document.fonts.ready);
}

/** No serious fault that axe finds. */
export async function clean(of, where) {
  const { violations } = await new AxeBuilder({ page: of }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
  assert.deepEqual(grave, [], where);
}

/** Nothing is wider than the window. */
export async function fits(of, where) {
  const { wide, view } = await of.evaluate(() => ({ wide: document.documentElement.scrollWidth, view: document.documentElement.clientWidth }));
  assert.ok(wide <= view, `${where}: ${wide} px in ${view}`);
}
