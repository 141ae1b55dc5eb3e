import { launch, open, signedIn } from './browser.mjs';
const browser = await launch();
for (const [colorScheme, width] of [['light',1440],['dark',1440],['light',768],['light',390],['dark',390]]) {
  const page = await signedIn(browser, { viewport: { width, height: 900 }, colorScheme, deviceScaleFactor: width < 500 ? 1.5 : 1 });
  await open(page, '/t/acme/data_health');
  await page.screenshot({ path: `/tmp/shots/top-${width}-${colorScheme}.png` });
  await page.locator('article[data-view=upkeep]').scrollIntoViewIfNeeded();
  await page.locator('article[data-view=upkeep]').screenshot({ path: `/tmp/shots/upkeep-${width}-${colorScheme}.png` });
  await page.context().close();
}
await browser.close();
