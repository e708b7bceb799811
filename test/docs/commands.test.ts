// Every command of every page is run, in order, by whoever reads it: on a machine of its own (machine.ts) with the fleet of
// docs/installing.md (fleet.ts). rules.ts has what must be so before, exceptions.ts what is not run, and why.
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Command, commandsOf, examplesOf, spansOf, where } from './commands.js';
import { EXCEPTIONS, exceptionFor } from './exceptions.js';
import { Machine } from './machine.js';
import { PAGES, read } from './pages.js';
import { callsOf, problemOf } from './parser.js';
import { RULES, rulesFor } from './rules.js';
import { canShare, checkCalls, Reader, type Walk, walk } from './walk.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

/** All of its commands are run there, by the same code, and what they print is looked at as well. */
const WALKED: Readonly<Record<string, string>> = { 'docs/getting-started.md': 'test/e2e/newcomer.test.ts' };
const REFERENCE = 'docs/cli.md';

/** No namespaces: in a container that may not make any. */
const trouble = await Machine.trouble();

const all = new Map(PAGES.map((page) => [page, commandsOf(page, read(page))]));
const typed = [...all].filter(([page, commands]) => commands.length > 0 && WALKED[page] === undefined);

/** Examples of the help that change nothing. Those that do are held against the parser. */
const READS =
  /(^|[(\s])(coordinator (status|hosts|host ls|agents|top|events|report|errors|health|logs|doctor|release (ls|show)|rollout (ls|status)|completion|man)|sidecar (status|logs|completion|man))\b|--plan\b|--dry-run\b|--check-config\b/;
const examples = examplesOf(REFERENCE, read(REFERENCE));
const reading = examples.filter(({ text }) => READS.test(text));

/** What pages push themselves comes before what is pushed for others, and a second app last: then versions need an app. */
const turn = (commands: readonly Command[]): number =>
  commands.some(({ text }) => text.includes('release push'))
    ? 0
    : commands.some(({ text }) => text.includes('tools'))
      ? 2
      : 1;
const shared = [...typed.filter(([, commands]) => canShare(commands)), [REFERENCE, reading] as const].sort(
  ([, a], [, b]) => turn(a) - turn(b),
);
const alone = typed.filter(([, commands]) => !canShare(commands));

/** One fleet for all pages that can share it. */
let reader: Promise<Reader> | undefined;
const readOn = async (commands: readonly Command[]): Promise<Walk> =>
  (await (reader ??= Reader.begin())).walk(commands);
afterAll(async () => (await reader)?.end());

const tell = ({ leftOut }: Walk): void => {
  for (const sentence of leftOut) console.log(`test/docs/commands.test.ts: ${sentence}`);
};

describe('every call of ours is one that our parsers take:', () => {
  it.each(typed)('%s', async (_page, commands) => {
    for (const command of commands) await checkCalls(command);
  });
});

describe.skipIf(trouble !== undefined)('the commands of', () => {
  it.each(shared)('%s', async (_page, commands) => tell(await readOn(commands)));
  it.each(alone)('%s, on a machine of their own', async (_page, commands) => tell(await walk(commands)));

  it.each(Object.entries(WALKED))('%s are run by %s', (page, file) => {
    expect(all.get(page)).not.toHaveLength(0);
    expect(read(file)).toContain(`'${page}'`);
  });
});

describe('the help', () => {
  it('has examples that the parsers take', async () => {
    expect(examples.length).toBeGreaterThan(60);
    for (const example of examples) await checkCalls(example);
  });

  it('has examples that only read, which are run', () => expect(reading.length).toBeGreaterThan(25));
});

describe('in prose', () => {
  it.each(PAGES.filter((page) => page.startsWith('docs/') || page === 'README.md'))('%s', async (page) => {
    const text = read(page).split('\n');
    const wrong: string[] = [];
    for (const span of spansOf(page, read(page))) {
      if ((text[span.line - 1] ?? '').includes('not exist yet')) continue;
      for (const words of callsOf(plain(span.text))) {
        const problem = await problemOf(words, true);
        if (problem !== undefined) wrong.push(`${where(span)}: ${span.text}: ${problem}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  /** `[--agent A]` may be left out, `a|b` is one of them, N is a number and ID a rollout. */
  const plain = (text: string): string =>
    text
      .replaceAll(/[[\]]/g, '')
      .replaceAll(/(\w+)(?:\|\w+)+/g, '$1')
      .replaceAll(/\bID\b/g, 'r1')
      .replaceAll(/\bN\b/g, '3')
      .replaceAll('--strategy S', '--strategy graceful')
      .replaceAll('"$SHA"', '3f1c')
      .replaceAll(/\b[A-Z]{1,8}\b/g, 'x');
});

describe('the tables', () => {
  const everything: readonly Command[] = [...all.values(), examplesOf(REFERENCE, read(REFERENCE))].flat();

  it.each(RULES.map((rule) => [String(rule.match), rule] as const))('the rule %s is of use', (_name, rule) => {
    expect(everything.some((command) => rulesFor(command, [rule]).length > 0)).toBe(true);
  });

  it.each(EXCEPTIONS.map((one) => [String(one.match), one] as const))('the exception %s is of use', (_name, one) => {
    expect(everything.some((command) => exceptionFor(command, [one]) !== undefined)).toBe(true);
  });
});

describe('what is wrong in a page is found', () => {
  const page = (line: string): Command[] => commandsOf('docs/page.md', `# Page\n\n\`\`\`sh\n${line}\n\`\`\`\n`);

  it.each([
    ['coordinator rolout --version 1.0.0', "unknown command 'rolout --version 1.0.0'"],
    ['coordinator rollout --versoin 1.0.0', "unknown option '--versoin'"],
    ['true | coordinator release sing 1.0.0 # by whom', 'docs/page.md:4'],
    ['id=$(sidecar status --jsn)', "unknown option '--jsn'"],
  ])('%s', async (line, said) => {
    await expect(checkCalls(page(line)[0]!)).rejects.toThrow(said);
  });

  it.skipIf(trouble !== undefined)('an exit code that is not the one that is told', async () => {
    await expect(walk(page('false; echo "exit code $?"     # 0'))).rejects.toThrow('the page says exit code 0');
    await expect(walk(page('cat /etc/outrider/no-such-file'))).rejects.toThrow('docs/page.md:4: exit code 1');
  });
});
