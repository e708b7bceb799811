/**
 * Serves the dashboard: one page and its few files, which the build has made from `web/`. All are read once, at the
 * start, and kept packed; the names of files carry a digest of their contents, so that a browser may keep them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { failure, type HttpAnswer } from '@outrider/shared/http/answer.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';

/** Beside the compiled sources; the same from `src` and from `dist`. */
const BUILT = new URL('../../dist/web/', import.meta.url);
const PAGE = 'index.html';
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};
/** Nothing from elsewhere, nothing inline. The library of the charts sets sizes of elements, by script: that is no inline style. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/** As much as is read of a request. */
interface Asked {
  readonly headers: IncomingHttpHeaders;
}

type Routes = Readonly<Record<string, { readonly GET: (request: Asked) => HttpAnswer }>>;

/** `/` and `/assets/NAME`. */
export function dashboardRoutes(folder: URL = BUILT): Routes {
  if (!existsSync(folder)) {
    const sentence = 'The dashboard is not built. Run `npm run build`, and start the coordinator again.';
    return { '/': { GET: () => failure(503, sentence) } };
  }
  const names = readdirSync(fileURLToPath(folder));
  return Object.fromEntries(
    names.map((name) => [name === PAGE ? '/' : `/assets/${name}`, { GET: fileRoute(new URL(name, folder)) }]),
  );
}

function fileRoute(file: URL): (request: Asked) => HttpAnswer {
  const content = readFileSync(file);
  const packed = gzipSync(content, { level: 9 });
  const etag = `"${sha256(content).slice(0, 32)}"`;
  const isPage = file.pathname.endsWith(`/${PAGE}`);
  const type = TYPES[file.pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  const headers = {
    etag,
    vary: 'accept-encoding',
    // The page is asked for anew each time, or a browser would go on with that of another version.
    'cache-control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    'content-security-policy': POLICY,
  };
  return (request) => {
    if (matches(request.headers['if-none-match'], etag)) return { status: 304, type, body: '', headers };
    const isPacked = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(request.headers['accept-encoding'] ?? '');
    return isPacked
      ? { status: 200, type, body: packed, headers: { ...headers, 'content-encoding': 'gzip' } }
      : { status: 200, type, body: content, headers };
  };
}

const matches = (given: string | undefined, etag: string): boolean =>
  (given ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*');
