// Pictures of every page of every tenant, in three widths and both themes, into the directory named by SHOTS.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { everyPage, launch, open, signedIn } from './browser.mjs';

const into = process.env.SHOTS;
if (!into) throw new Error('set SHOTS: the directory for the pictures');
mkdirSync(into, { recursive: true });

const browser = await launch();
for (const colorScheme of ['light', 'dark']) {
  for (const width of [390, 768, 1440]) {
    const page = await signedIn(browser, { viewport: { width, height: 900 }, colorScheme });
    for (const { tenant, page: one, path } of await everyPage(page, process.env.PERIOD)) {
      await open(page, path);
      await page.screenshot({ path: join(into, `${tenant.id}-${one.id}-${width}-${colorScheme}.png`), fullPage: true });
    }
    await page.context().close();
  }
}
await browser.close();
