/** What docs/agents-guide*.md show are the programs of examples/agents, word for word, and all of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLES = 'examples/agents';
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const pages = readdirSync(join(ROOT, 'docs')).filter((name) => /^agents-guide.*\.md$/.test(name));
const files = readdirSync(join(ROOT, EXAMPLES), { recursive: true, encoding: 'utf8' }).filter(
  (path) => !path.includes('node_modules'),
);
const programs = files.filter((path) => /\.(py|mjs)$/.test(path));
/** To be copied as they are; linked, not shown. */
const HELPERS = ['standard/python/bus.py', 'standard/node/bus.mjs'];

interface Block {
  readonly language: string;
  readonly text: string;
  /** The last line with text before it. */
  readonly before: string;
}

function blocksOf(page: string): Block[] {
  const found = read(`docs/${page}`).matchAll(/(.*)\n+```(\w+)\n([^]*?)^```$/gm);
  return [...found].map(([, before = '', language = '', text = '']) => ({ before, language, text }));
}

describe.each(pages)('%s', (page) => {
  const blocks = blocksOf(page);

  it('shows programs as they are', () => {
    for (const { before, text } of blocks.filter(({ language }) => ['python', 'js'].includes(language))) {
      const [, path = ''] = /^\[.*\]\(\.\.\/examples\/agents\/(.+)\):$/.exec(before) ?? [];
      expect(programs, before).toContain(path);
      expect(text, path).toBe(read(`${EXAMPLES}/${path}`));
    }
  });

  it('shows agents as they are declared', () => {
    const declared = files.filter((path) => path.endsWith('agents.yaml')).map((path) => read(`${EXAMPLES}/${path}`));
    for (const { text } of blocks.filter(({ language }) => language === 'yaml')) {
      expect(
        declared.some((whole) => whole.includes(text)),
        text,
      ).toBe(true);
    }
  });
});

/** As forges make them of headings. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

it.each([...pages, 'concepts.md'])('%s has no link that leads nowhere', (page) => {
  const links = [...read(`docs/${page}`).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)];
  expect(links.length).toBeGreaterThan(5);
  for (const [link, path = '', anchor = ''] of links) {
    const target = read(join('docs', path === '' ? page : path));
    if (anchor !== '') expect(anchorsOf(target), link).toContain(anchor);
  }
});

it('every program is shown once, and every helper linked', () => {
  const all = pages.flatMap(blocksOf);
  const shown = programs.filter((path) => all.filter(({ text }) => text === read(`${EXAMPLES}/${path}`)).length === 1);
  expect([...shown, ...HELPERS].sort()).toEqual([...programs].sort());
  const text = pages.map((page) => read(`docs/${page}`)).join('');
  for (const path of HELPERS) expect(text).toContain(`(../${EXAMPLES}/${path})`);
});

it('there is one bus.py, in each release that uses it', () => {
  expect(read(`${EXAMPLES}/standard/python/bus.py`)).toBe(read('examples/assistants/common/bus.py'));
});
