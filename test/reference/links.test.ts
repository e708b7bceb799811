/** Links of docs/reference lead somewhere: to a file, and to a heading of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../docs/reference', import.meta.url));

const headingsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** As GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

const linksOf = (text: string): string[] => [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

it.each(readdirSync(FOLDER))('%s', (name) => {
  const page = join(FOLDER, name);
  const links = linksOf(readFileSync(page, 'utf8')).filter((target) => !target.startsWith('http'));
  expect(links.length).toBeGreaterThan(0);
  const broken = links.filter((target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    return !existsSync(file) || (anchor !== undefined && !headingsOf(file).includes(anchor));
  });
  expect(broken).toEqual([]);
  const headings = headingsOf(page);
  expect(headings.filter((heading, index) => headings.indexOf(heading) < index)).toEqual([]);
});
