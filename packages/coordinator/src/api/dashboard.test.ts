import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dashboardRoutes } from './dashboard.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-page-'));
  mkdirSync(join(folder, 'web'));
  writeFileSync(join(folder, 'web/index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'web/app-1.js'), 'const a = 1;');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const routes = (name = 'web'): ReturnType<typeof dashboardRoutes> =>
  dashboardRoutes(pathToFileURL(join(folder, `${name}/`)));
const asked = (headers: IncomingHttpHeaders) => ({ headers });

test('the page is looked at anew, its files are kept, and nothing comes from elsewhere', () => {
  const page = routes()['/']?.GET(asked({}));
  expect(page).toMatchObject({
    status: 200,
    type: 'text/html; charset=utf-8',
    headers: { 'cache-control': 'no-cache' },
  });
  expect(page?.headers?.['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self';/,
  );
  expect(page?.headers?.['content-security-policy']).not.toMatch(/unsafe|http/);
  expect(routes()['/assets/app-1.js']?.GET(asked({}))).toMatchObject({
    type: 'text/javascript; charset=utf-8',
    headers: { 'cache-control': expect.stringContaining('immutable') as string },
  });
});

test('packed for those who take it, and not sent again to those who have it', () => {
  const route = routes()['/assets/app-1.js']!;
  const packed = route.GET(asked({ 'accept-encoding': 'gzip, br' }));
  expect(packed.headers?.['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.body as Buffer).toString()).toBe('const a = 1;');
  expect(route.GET(asked({ 'accept-encoding': 'gzip;q=0' })).headers).not.toHaveProperty('content-encoding');
  const etag = packed.headers?.['etag'] ?? '';
  expect(route.GET(asked({ 'if-none-match': `W/${etag}, "x"` })).status).toBe(304);
  expect(route.GET(asked({ 'if-none-match': '"x"' })).status).toBe(200);
});

test('one that was not built says so', () => {
  expect(routes('none')['/']?.GET(asked({}))).toMatchObject({
    status: 503,
    body: { error: expect.stringContaining('npm run build') as string },
  });
});
