// The API against its own description: every documented path is asked for every tenant, with parameters that exist and
// with ones that do not, and what it answers is held against the documented schema. Needs BASE_URL and TOKEN, and for
// the last test TENANT_TOKENS: a JSON object of a token for each tenant. ADMIN_TOKEN is a token that may set things up. What changes something is
// tried by tests/product.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { base, token } from './browser.mjs';

const adminToken = process.env.ADMIN_TOKEN;
const tenantTokens = JSON.parse(process.env.TENANT_TOKENS || 'null');
const problemType = 'application/problem+json';
const unknown = 'no_such_thing';
/** Asked of every path that takes a period. */
const questions = ['period=all&compare=none', 'compare=year', 'from=2011-01-01&to=2012-01-01'];
/** What a path needs beside the period, by its last part. */
const needs = { series: ['grain=quarter'], records: ['limit=5'], quarantine: ['limit=5'] };

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
let document;
/** Per tenant: its id, its pages, the lists on them, the KPIs that it has records of, and a receipt. */
let tenants;

before(async () => {
  document = (await ask('/api/v1/openapi.json')).body;
  ajv.addSchema(document, 'document');
  const listed = (await ask('/api/v1/tenants')).body.tenants;
  tenants = await Promise.all(listed.map(({ id }) => known(id)));
});

async function known(id) {
  const of = `/api/v1/tenants/${id}`;
  const { pages } = (await ask(`${of}/pages`)).body;
  const kpis = (await ask(`${of}/kpis`)).body.kpis.filter((kpi) => kpi.available);
  assert.ok(kpis.length > 0, `${id} has figures`);
  const { receipt } = (await ask(`${of}/kpis/${kpis[0].id}/reading`)).body;
  return { id, pages, kpis, receipt, lists: await listsOn(of, pages) };
}

async function listsOn(of, pages) {
  const read = await Promise.all(pages.map((page) => ask(`${of}/pages/${page.id}`)));
  const panels = read.flatMap(({ body }) => body.sections.flatMap((section) => section.panels));
  return [...new Set(panels.flatMap((panel) => panel.list ?? []))];
}

describe('the document', () => {
  it('is OpenAPI 3.1', () => {
    assert.match(document.openapi, /^3\.1\./);
    assert.ok(document.info.title && document.info.version);
    assert.ok(Object.keys(document.paths).length > 0);
  });

  it('documents every answer with a schema', () => {
    for (const { path, method, status, content } of responses()) {
      if (status === '204') continue;
      const all = Object.values(content);
      assert.ok(all.length > 0 && all.every(({ schema }) => schema), `${method} ${path} ${status}`);
    }
  });

  it('documents what is sent, wherever something is changed', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { requestBody }] of Object.entries(methods)) {
        if (method === 'put') assert.ok(requestBody?.content['application/json'].schema, path);
      }
    }
  });

  it('documents failures as problem documents', () => {
    const other = failures().filter(({ content }) => !content[problemType]);
    assert.deepEqual(other.map(({ path, status }) => `${path} ${status}`), []);
  });
});

describe('every documented path', () => {
  it('answers as documented, for every tenant', async (test) => {
    for (const path of gets()) {
      await test.test(path, async () => {
        const addresses = real(path);
        assert.ok(addresses.length > 0, 'there is something to ask');
        for (const address of addresses) await answersAs(path, address);
      });
    }
  });

  it('wants a token where it says so, and only there', async (test) => {
    for (const path of gets()) {
      await test.test(path, async () => {
        const answer = await ask(real(path)[0], null);
        if (document.paths[path].get.responses[401]) isProblem(path, answer, 401);
        else assert.equal(answer.status, 200);
      });
    }
  });

  it('does not know what there is not', async (test) => {
    for (const [path, name] of parameters()) {
      await test.test(`${path}, {${name}}`, async () => {
        const address = real(path)[0];
        const given = new URL(address, base).pathname.split('/')[path.split('/').indexOf(`{${name}}`)];
        isProblem(path, await ask(address.replace(`/${given}`, `/${unknown}`)), 404);
      });
    }
  });
});

describe('a question that cannot be answered', () => {
  for (const part of ['reading', 'series', 'slices', 'records']) {
    const path = `/api/v1/tenants/{tenant}/kpis/{kpi}/${part}`;
    it(`is a problem: ${part}`, async () => {
      const address = real(path)[0].split('?')[0];
      const by = part === 'slices' ? `&by=${tenants[0].kpis[0].dimensions[0]}` : '';
      isProblem(path, await ask(`${address}?period=${unknown}${by}`), 400);
      isProblem(path, await ask(`${address}?from=2012-01-01&to=2011-01-01${by}`), 400);
      isProblem(path, await ask(`${address}?period=all&where=${unknown}:1${by}`), 404);
      if (by) isProblem(path, await ask(`${address}?period=all&by=${unknown}`), 404);
    });
  }
});

describe('a token of one tenant', () => {
  it('does not reach another', async (test) => {
    if (!tenantTokens) return test.skip('set TENANT_TOKENS to a JSON object of tokens by tenant');
    for (const { id } of tenants) {
      assert.ok(tenantTokens[id], `a token for ${id}`);
      const listed = (await ask('/api/v1/tenants', tenantTokens[id])).body.tenants.map((tenant) => tenant.id);
      assert.deepEqual(listed, [id]);
      for (const path of gets().filter((one) => one.includes('/tenants/{tenant}/'))) {
        for (const other of tenants) {
          const [address] = real(path, [other]);
          const answer = await ask(address, tenantTokens[id]);
          // An executive does not read what sources sent.
          if (other.id === id && path.endsWith('/quarantine')) isProblem(path, answer, 403);
          else if (other.id === id) assert.equal(answer.status, 200, address);
          else isProblem(path, answer, 404);
        }
      }
    }
  });
});

/** A path's addresses with real parameters, for every tenant. */
function real(path, of = tenants) {
  if (!path.includes('{tenant}')) {
    assert.doesNotMatch(path, /\{/, 'the test knows its parameters');
    return [path];
  }
  return of.flatMap((tenant) => {
    const inside = path.replace('{tenant}', tenant.id);
    if (path.includes('{page}')) return tenant.pages.map(({ id }) => inside.replace('{page}', id));
    // Every list can be asked of every tenant; one that is on no page of its has no rows.
    const lists = tenant.lists.length > 0 ? tenant.lists : tenants.flatMap((one) => one.lists).slice(0, 1);
    if (path.includes('{list}')) return lists.map((list) => inside.replace('{list}', list));
    if (path.includes('{receipt}')) return [inside.replace('{receipt}', tenant.receipt)];
    if (path.includes('{kpi}')) return tenant.kpis.flatMap((kpi) => asking(path, inside.replace('{kpi}', kpi.id), kpi.dimensions));
    assert.doesNotMatch(inside, /\{/, 'the test knows its parameters');
    return asking(path, inside, []);
  });
}

function asking(path, address, dimensions) {
  const last = path.split('/').at(-1);
  if (!document.paths[path].get.parameters?.some(({ name }) => name === 'period')) return [address];
  const more = last === 'slices' ? dimensions.slice(0, 1).map((by) => `by=${by}&limit=5`) : (needs[last] ?? ['']);
  return more.flatMap((extra) => questions.map((question) => `${address}?${[question, extra].filter(Boolean).join('&')}`));
}

/** Every path with each of the parameters in it. */
const parameters = () =>
  gets().flatMap((path) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [path, name]));

/** Every path that is asked without changing anything. */
const gets = () => Object.keys(document.paths).filter((path) => document.paths[path].get);

const responses = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, one]) =>
      Object.entries(one.responses).map(([status, { content }]) => ({ path, method, status, content: content ?? {} })),
    ),
  );

const failures = () => responses().filter(({ status }) => Number(status) >= 400);

async function answersAs(path, address) {
  const answer = await ask(address);
  assert.equal(answer.status, 200, `${address}: ${JSON.stringify(answer.body)}`);
  const { content } = document.paths[path].get.responses[200];
  assert.ok(content[answer.type], `${address} answers ${answer.type}, documented as ${Object.keys(content)}`);
  matches(path, 200, answer.type, answer.body, address);
}

function isProblem(path, { status, type, body, address }, wanted) {
  assert.equal(status, wanted, address);
  assert.equal(type, problemType, address);
  assert.equal(body.status, wanted, address);
  assert.ok(body.title && body.detail, `${address} says what happened`);
  const response = document.paths[path].get.responses[wanted];
  assert.ok(response, `${path} documents ${wanted}`);
  matches(path, wanted, Object.keys(response.content)[0], body, address);
}

function matches(path, status, type, body, address) {
  const place = ['paths', path, 'get', 'responses', String(status), 'content', type, 'schema'];
  const pointer = place.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).map(encodeURIComponent).join('/');
  const key = `document#/${pointer}`;
  const valid = ajv.getSchema(key) ?? ajv.compile({ $ref: key });
  const wrong = valid(body) ? [] : valid.errors.slice(0, 5).map(({ instancePath, message }) => `${instancePath} ${message}`);
  assert.deepEqual(wrong, [], address);
}

async function ask(address, bearer = address.startsWith('/api/v1/admin/') ? adminToken : token) {
  const response = await fetch(base + address, { headers: bearer ? { authorization: `Bearer ${bearer}` } : {} });
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const body = type.endsWith('json') ? await response.json() : await response.text();
  return { address, status: response.status, type, body };
}
