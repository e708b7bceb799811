// Somebody who has just cloned the repository does what README.md and docs/getting-started.md say, command by command, from
// nothing to a release that was taken back, and sees what the page says that he sees.
import { describe, expect, it, vi } from 'vitest';
import { type Command, commandsOf } from '../docs/commands.js';
import { Machine } from '../docs/machine.js';
import { read } from '../docs/pages.js';
import { walk } from '../docs/walk.js';

vi.setConfig({ testTimeout: 300_000 });

const PAGES = ['README.md', 'docs/getting-started.md'];
const COMMANDS = PAGES.flatMap((page) => commandsOf(page, read(page)));

/** What a reader does besides: looks at the terminal in which the fleet runs, and ends it as the page says. */
const aside = (text: string): Command => ({ page: 'the reader', line: 1, text });
const SEEN = 'seen=$(cat "$(dirname "$HOME")"/said/*); printf "%s\\n" "$seen"';
const TERMINAL = aside(SEEN);
const ENDS = aside(`kill -INT $(jobs -p) && wait $(jobs -p); ${SEEN}; pgrep -a "redis-server|python3" || true`);

/** The reader comes to the next command only after this one, so the order of the page is the order of the walk. */
function walked(): readonly Command[] {
  const dev = COMMANDS.findIndex(({ text }) => text.startsWith('coordinator dev'));
  return [...COMMANDS.slice(0, dev + 1), TERMINAL, ...COMMANDS.slice(dev + 1), ENDS];
}

const trouble = await Machine.trouble();

describe.skipIf(trouble !== undefined)('a newcomer', () => {
  it('comes from a clone to a release that was taken back', async () => {
    const began = performance.now();
    const { ran } = await walk(walked());
    const took = (performance.now() - began) / 1000;
    /** What was printed by the only command, or the n-th, that has these words. */
    const saw = (words: string, nth = 0): string => {
      const found = ran.filter(({ command }) => command.text.includes(words));
      if (found[nth] === undefined) throw new Error(`The page has no command with "${words}" (${nth}).`);
      return found[nth].ended.output;
    };

    const terminal = saw(TERMINAL.text);
    expect(terminal).toMatch(/browser +http:\/\/127\.0\.0\.1:7777\/#token=\S+/);
    expect(terminal).toContain('Ready. Ctrl-C ends all of it, agents included.');
    expect(saw('coordinator hosts')).toMatch(/main-pc +127\.0\.0\.11 +up[\s\S]*pc2 +127\.0\.0\.12 +up/);

    expect(saw('curl http://127.0.0.11:18181/')).toMatch(/^one$/m);
    expect(saw('curl http://127.0.0.11:18181/').match(/\bweb\b.*\bready\b/g)).toHaveLength(2);
    expect(saw('curl http://127.0.0.11:18181/').match(/\bcache\b.*\bready\b/g)).toHaveLength(1);

    const plan = saw('--version 1.1.0 --plan');
    expect(plan).toMatch(/web.*index\.html changed/);
    expect(plan).toMatch(/cache.*settings and files unchanged/);

    const bad = saw('--version 2.0.0 --bake');
    expect(bad).toMatch(/web/);
    expect(bad).toContain('exited with code 2');
    expect(bad).toContain('unrecognized arguments: --bnd');
    expect(saw('coordinator rollout status')).toContain('failed and was taken back');
    expect(saw('coordinator hosts', 1).match(/walk 1\.1\.0/g)).toHaveLength(2);

    expect(saw(':8080/health')).toContain('"agents":{"total":2,"healthy":2}');
    expect(saw(':8000/metrics')).toContain('outrider_');
    expect(saw('coordinator events -f')).toContain('rollout.rolled_back');
    expect(saw('coordinator logs web --host pc2 -f')).toContain('GET /');
    expect(saw('coordinator rollback')).toContain('1.0.0');

    expect(saw(ENDS.text)).toContain('All of it has ended.');
    expect(saw(ENDS.text)).not.toMatch(/^\d+ .*(http\.server|cache\.conf)/m);
    console.log(
      `The walk from the clone to a release that was taken back took ${took.toFixed(0)} s, the installation left out.`,
    );
  });
});
