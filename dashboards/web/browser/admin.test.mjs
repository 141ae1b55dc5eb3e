// Signing in as a person, and setting things up, as those do who may. Needs BASE_URL and TOKEN, and ADMINISTRATOR: the password that the first
// start printed; see browser.mjs.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ask, base, clean, fits, launch, required, signedIn } from './browser.mjs';

const given = required('ADMINISTRATOR');
const chosen = 'a password of the browser tests';
const pages = ['people', 'tokens', 'access', 'audit'];
let browser;
/** The administrator's. */
let page;

const fresh = async (options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
  return context.newPage();
};

/** A list to choose from, by its label. */
const combo = (of, name) => of.getByRole('combobox', { name, exact: true });

async function enter(of, login, password) {
  await of.getByLabel('Name or e-mail address').fill(login);
  await of.getByLabel('Password', { exact: true }).fill(password);
  await of.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function choose(of, password, again = password) {
  await of.getByLabel('New password', { exact: true }).fill(password);
  await of.getByLabel('New password, once more').fill(again);
  await of.getByRole('button', { name: 'Change the password' }).click();
}

async function go(of, name) {
  await of.goto(`${base}/admin/${name}`);
  await of.locator('main h1').waitFor();
  await of.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
}

before(async () => {
  browser = await launch();
  page = await fresh();
});
after(() => browser?.close());

describe('a person', () => {
  it('is told when name and password do not fit, and no more than that', async () => {
    await page.goto(base);
    await enter(page, 'nobody', 'a wrong password');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    const unknown = await alert.innerText();
    await enter(page, 'administrator', 'a wrong password');
    await page.waitForFunction(() => !document.querySelector('button:disabled'));
    assert.equal(await alert.innerText(), unknown);
    assert.match(unknown, /not right/);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await clean(page, `sign-in, ${colorScheme}`);
    }
    for (const width of [320, 768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await fits(page, `sign-in, ${width} px`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('chooses a password at the first sign-in, with the keyboard alone', async () => {
    await page.goto(base);
    await page.getByLabel('Name or e-mail address').focus();
    await page.keyboard.type('administrator');
    await page.keyboard.press('Tab');
    await page.keyboard.type(given);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    await clean(page, 'choosing a password');
    await choose(page, chosen, 'another one than that');
    assert.match(await page.getByRole('alert').innerText(), /not the same/);
    await choose(page, chosen);
    await page.waitForURL(/\/t\//);
    assert.equal((await ask(page, '/me')).person.login, 'administrator');
  });

  it('changes the password, and signs out', async () => {
    await page.getByRole('button', { name: 'Change password' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Change your password' });
    await dialog.getByLabel('Your password until now').fill('a wrong password');
    await choose(dialog, `${chosen} 2`);
    assert.match(await dialog.getByRole('alert').innerText(), /not right/);
    await dialog.getByLabel('Your password until now').fill(chosen);
    await choose(dialog, `${chosen} 2`);
    await dialog.getByText('Your password is changed').waitFor();
    await clean(page, 'a changed password');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Sign out' }).first().click();
    await page.getByLabel('Name or e-mail address').waitFor();
    assert.equal((await page.request.get(`${base}/api/v1/me`)).status(), 401);
    await enter(page, 'administrator', `${chosen} 2`);
    await page.waitForURL(/\/t\//);
  });

  it('reads what became of a sign-in elsewhere', async () => {
    const other = await fresh();
    for (const [outcome, words] of [['cancelled', /broke the sign-in off/], ['provider-refused', /does not let you in/], ['too-late', /run out/]]) {
      await other.goto(`${base}/?sign-in=${outcome}`);
      assert.match(await other.getByRole('alert').innerText(), words);
    }
    await other.context().close();
  });
});

describe('setting up', () => {
  it('is accessible, in both themes and three widths, without our name', async () => {
    for (const name of pages) {
      await go(page, name);
      assert.deepEqual(await page.locator('[role=alert]').allTextContents(), [], name);
      const words = await page.evaluate(() => document.title + document.body.innerText + document.head.innerHTML);
      assert.doesNotMatch(words, /quarterdeck/i, name);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await clean(page, `${name}, ${colorScheme}`);
      }
      for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await fits(page, `${name}, ${width} px`);
      }
    }
  });

  it('is reached from the figures and left again', async () => {
    await page.goto(base);
    await page.getByRole('link', { name: 'Set up' }).first().click();
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByRole('heading', { name: 'Tokens', level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Back to the figures' }).click();
    await page.waitForURL(/\/t\//);
  });

  it('makes a person, who signs in, is stopped, and is let in again', async () => {
    await go(page, 'people');
    await page.getByLabel('Signs in as').fill('grace@example.com');
    await page.getByLabel('Name', { exact: true }).fill('Grace Hopper');
    await combo(page, 'Belongs to').selectOption('partner:meridian');
    await combo(page, 'Role there').selectOption('executive');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const once = page.getByRole('region', { name: 'A password for grace@example.com' });
    const password = await once.locator('code').innerText();
    await clean(page, 'a password shown once');
    await once.getByRole('button', { name: 'I have kept it' }).click();

    const hers = await fresh({ viewport: { width: 390, height: 800 } });
    await hers.goto(base);
    await enter(hers, 'Grace@example.com', password);
    await choose(hers, 'amazing nanoseconds');
    await hers.waitForURL(/\/t\//);
    await hers.goto(`${base}/admin/people`);
    await hers.getByText('Your role does not set things up').waitFor();
    await hers.goto(base);
    await hers.getByRole('button', { name: 'Pages' }).click();
    assert.equal(await hers.getByRole('link', { name: 'Set up' }).count(), 0);

    const row = page.getByRole('row', { name: /Grace Hopper/ });
    await page.getByRole('button', { name: 'Stop: Grace Hopper' }).click();
    await row.getByText(/Stopped/).waitFor();
    assert.equal((await hers.request.get(`${base}/api/v1/me`)).status(), 401, 'at once');
    await page.getByRole('button', { name: 'Let in again: Grace Hopper' }).click();
    await row.getByRole('button', { name: 'Stop: Grace Hopper' }).waitFor();

    await combo(page, 'To').selectOption({ label: 'Grace Hopper' });
    await combo(page, 'In').selectOption('tenant:service_desk');
    await combo(page, 'Role').selectOption('operator');
    await page.getByRole('button', { name: 'Give the role' }).click();
    await row.getByText('operator in Service Desk (company)').waitFor();
    await page.getByRole('button', { name: /Take the role operator .* from Grace Hopper/ }).click();
    await row.getByText('operator in Service Desk (company)').waitFor({ state: 'detached' });
    await hers.context().close();
  });

  it('says why something cannot be', async () => {
    await go(page, 'people');
    await page.getByRole('button', { name: 'Stop: Administrator' }).click();
    assert.match(await page.getByRole('alert').innerText(), /ask another administrator/);
  });

  it('makes a token, which opens what it says, and ends it', async () => {
    await go(page, 'tokens');
    await page.getByLabel('For what').fill('nightly');
    await combo(page, 'Sees').selectOption('meridian/service_desk');
    await page.getByRole('button', { name: 'Make the token' }).click();
    const made = await page.getByRole('region', { name: 'The token nightly' }).locator('code').innerText();
    const seen = async () => (await fetch(`${base}/api/v1/tenants`, { headers: { authorization: `Bearer ${made}` } })).json();
    assert.deepEqual((await seen()).tenants.map(({ id }) => id), ['service_desk']);
    await page.getByRole('button', { name: 'End the token nightly' }).click();
    await page.getByRole('button', { name: 'End the token nightly' }).waitFor({ state: 'detached' });
    assert.equal((await seen()).status, 401);
  });

  it('says which rows a partner sees, and changes nothing that is not touched', async () => {
    await go(page, 'access');
    const form = page.locator('form').filter({ hasText: 'Company' });
    const rows = form.getByLabel('Only these rows, a line each');
    const row = page.getByRole('row', { name: /Meridian Partners .* Service Desk/ });
    const open = async () => {
      await combo(form, 'Partner').selectOption('meridian');
      await combo(form, 'Company').selectOption('service_desk');
    };
    const before = await row.innerText();
    await open();
    await rows.fill('tickets = Apps');
    await form.getByRole('alert').getByText('names no rows').waitFor();
    await clean(page, 'rows that are none');
    await rows.fill('tickets.team = Apps, Desk');
    await form.getByRole('button', { name: 'Let them see it' }).click();
    await row.getByText('tickets.team = Apps, Desk').waitFor();
    await go(page, 'access');
    await open();
    assert.equal(await rows.inputValue(), 'tickets.team = Apps, Desk');
    await rows.fill('');
    await form.getByRole('button', { name: 'Let them see it' }).click();
    await row.getByText('tickets.team').waitFor({ state: 'detached' });
    assert.equal(await row.innerText(), before);
  });

  it('stores where a partner’s people sign in, and offers it', async () => {
    await go(page, 'access');
    const section = page.locator('form').filter({ hasText: 'Issuer' });
    await combo(section, 'Partner').selectOption('meridian');
    await section.getByLabel('Issuer').fill('http://127.0.0.1:9/');
    await section.getByLabel('Client ID').fill('us');
    await section.getByLabel('Client secret').fill('hush');
    await section.getByLabel('E-mail domains').fill('example.com');
    await section.getByRole('button', { name: 'Store' }).click();
    await page.getByRole('cell', { name: 'us, with a secret' }).waitFor();
    assert.doesNotMatch(await page.content(), /hush/);
    const other = await fresh();
    await other.goto(base);
    await other.getByRole('link', { name: 'Sign in with Meridian Partners' }).click();
    await other.waitForURL(/sign-in=provider-unavailable/);
    assert.match(await other.getByRole('alert').innerText(), /does not answer/);
    await clean(other, 'a provider that does not answer');
    await other.context().close();
    await page.getByRole('button', { name: /Remove the sign-in of/ }).click();
    await page.getByText('Nobody signs in by OpenID Connect yet').waitFor();
  });

  it('shows what was done', async () => {
    await go(page, 'audit');
    const table = page.getByRole('table');
    assert.match(await table.innerText(), /Person change/);
    await combo(page, 'Show').selectOption('token_revoked');
    await page.waitForFunction(() => [...document.querySelectorAll('tbody tr')].every((row) => row.innerText.includes('Token revoked')));
    assert.match(await table.locator('tbody tr').first().innerText(), /Administrator/);
  });

  it('is not for a token of a partner', async () => {
    const partners = await signedIn(browser);
    assert.equal(await partners.getByRole('link', { name: 'Set up' }).count(), 0);
    assert.equal((await ask(partners, '/admin/people')).status, 403);
    await partners.context().close();
  });
});
