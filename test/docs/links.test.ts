// Every relative link of every page leads to a file that is there, and to a heading of it where it names one.
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './machine.js';
import { PAGES, read } from './pages.js';

/** Without blocks and code in lines: what stands there is no link. */
const prose = (text: string): string => text.replace(/^\s*```[\s\S]*?^\s*```/gm, '').replace(/`[^`\n]*`/g, '``');

/** As GitHub makes them of headings; a second one of the same words has `-1`. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const headings = text.replace(/^\s*```[\s\S]*?^\s*```/gm, '').matchAll(/^#{1,6} (.+)$/gm);
  for (const [, title = ''] of headings) {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\\/g, '');
    const anchor = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
      .replaceAll(' ', '-');
    let name = anchor;
    for (let count = 1; anchors.has(name); count += 1) name = `${anchor}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

const linksOf = (text: string): string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(([, target = '']) => target);

/** What is wrong with a link, or undefined. */
function problemOf(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (!existsSync(join(ROOT, file))) return `${target}: there is no ${file}`;
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return anchorsOf(read(file)).has(anchor) ? undefined : `${target}: ${file} has no heading of that name`;
}

describe.each(PAGES)('%s', (page) => {
  it('has links that lead somewhere', () => {
    const targets = linksOf(read(page)).filter((target) => !/^[a-z]+:/.test(target));
    expect(targets.flatMap((target) => problemOf(page, target) ?? [])).toEqual([]);
  });
});

it('finds what it is there to find', () => {
  expect(problemOf('README.md', 'docs/no-such-page.md')).toContain('there is no docs/no-such-page.md');
  expect(problemOf('docs/health.md', 'operations.md#no-such-heading')).toContain('no heading of that name');
  expect(problemOf('docs/health.md', 'operations.md#at-3-am')).toBeUndefined();
  expect(linksOf('a [b](c.md#d) and `[e](f.md)`\n```\n[g](h.md)\n```\n')).toEqual(['c.md#d']);
});

it('every page of docs/ is in the index of the README, or in that of its folder', () => {
  const linked = (index: string): string[] =>
    PAGES.includes(index)
      ? linksOf(read(index)).map((target) => relative(ROOT, join(ROOT, dirname(index), target.split('#')[0] ?? '')))
      : [];
  const lost = PAGES.filter((page) => page.startsWith('docs/')).filter(
    (page) =>
      !['README.md', join(dirname(page), 'README.md')].some((index) => index !== page && linked(index).includes(page)),
  );
  expect(lost).toEqual([]);
});
