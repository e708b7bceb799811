/** Goes through the commands of a page as a reader does: in order, in one shell, on one machine. */
import { spawnSync } from 'node:child_process';
import { bare, OPTIONAL, type Rule, rulesFor } from './rules.js';
import { type Command, where } from './commands.js';
import { exceptionFor } from './exceptions.js';
import { Fleet } from './fleet.js';
import { type Ended, Machine } from './machine.js';
import { callsOf, problemOf } from './parser.js';

export interface Walk {
  /** Of each command that was run. */
  readonly ran: readonly { readonly command: Command; readonly ended: Ended }[];
  /** Sentences about commands that were not, for lack of a program of others. */
  readonly leftOut: readonly string[];
}

/** A machine, the fleet on it, and a reader who goes through one page after another. */
export class Reader {
  private constructor(
    private readonly machine: Machine,
    private readonly fleet: Fleet,
  ) {}

  static async begin(): Promise<Reader> {
    const machine = await Machine.start();
    const fleet = new Fleet(machine);
    await fleet.home();
    return new Reader(machine, fleet);
  }

  /** Throws at the first command that does not do what the page says, with page and line. */
  async walk(commands: readonly Command[]): Promise<Walk> {
    const { fleet, machine } = this;
    await machine.must('cd ~/my-agents');
    await fleet.settle();
    const ran: { command: Command; ended: Ended }[] = [];
    const leftOut: string[] = [];
    const kind = kindOf(commands);
    for (const command of commands) {
      await checkCalls(command);
      const lacking = missing(command.text);
      if (lacking !== undefined) leftOut.push(`${where(command)}: not run, because this machine has no ${lacking}.`);
      else if (exceptionFor(command) === undefined) {
        if (kind === 'installed' && asksTheFleet(command.text)) await fleet.start();
        if (kind === 'developed' && ran.length === 0) await fleet.develop();
        ran.push({ command, ended: await step(fleet, command) });
      } else checkException(command);
    }
    return { ran, leftOut };
  }

  end = (): Promise<void> => this.machine.stop();
}

/** By a reader who has nothing yet, and leaves nothing. */
export async function walk(commands: readonly Command[]): Promise<Walk> {
  const reader = await Reader.begin();
  try {
    return await reader.walk(commands);
  } finally {
    await reader.end();
  }
}

/** Whether the page can be read on a fleet that others have read on: it neither starts one nor gives it another token. */
export const canShare = (commands: readonly Command[]): boolean =>
  kindOf(commands) === 'installed' &&
  commands.some(({ text }) => asksTheFleet(text)) &&
  !commands.some(({ text }) => text.includes('fleet-token'));

/** Whose fleet it is: the page starts one, it goes on with that of docs/getting-started.md, or with that of docs/installing.md. */
function kindOf(commands: readonly Command[]): 'own' | 'developed' | 'installed' {
  if (commands.some(({ text }) => /coordinator dev\b/.test(text))) return 'own';
  return commands.some(({ text }) => /\b127\.0\.0\.1[1-9]\b/.test(text)) ? 'developed' : 'installed';
}

async function step(fleet: Fleet, command: Command): Promise<Ended> {
  const rules = rulesFor(command);
  const isPush = /\brelease push\b/.test(command.text);
  const versions = isPush || !asksTheFleet(command.text) ? [] : versionsIn(command.text);
  try {
    for (const version of versions) await fleet.have(version);
    for (const { before } of rules) await before?.(fleet);
  } catch (error) {
    throw new Error(`${where(command)}: what has to be there before it could not be made.`, { cause: error });
  }
  const changed = rules.reduce(
    (text, { change }) => (change === undefined ? text : text.replace(...change)),
    command.text,
  );
  const { machine } = fleet;
  const ended = await (rules.some(({ follows }) => follows) ? machine.interrupt(changed) : machine.run(changed));
  checkEnd(command, changed, ended, rules);
  if (isPush) for (const version of versionsIn(command.text)) fleet.pushed(version);
  for (const { after } of rules) await after?.(fleet);
  return ended;
}

function checkEnd(command: Command, text: string, { code, output }: Ended, rules: readonly Rule[]): void {
  const expected = rules.flatMap((rule) => rule.code ?? []);
  const good = expected.length === 0 ? [0] : expected;
  const told = /echo "exit code \$\?".*?# (\d+)/.exec(command.text)?.[1];
  if (told !== undefined && !output.trimEnd().endsWith(`exit code ${told}`))
    throw new Error(`${where(command)}: the page says exit code ${told}.\n${text}\n${output}`);
  if (told === undefined && !good.includes(code))
    throw new Error(`${where(command)}: exit code ${code}, and ${good.join(' or ')} is right.\n${text}\n${output}`);
}

/** Every call of ours is one that our parsers take, be it run or not. Placeholders are what a reader puts there. */
export async function checkCalls(command: Command): Promise<void> {
  const text = rulesFor(command).reduce(
    (all, { change }) => (change === undefined ? all : all.replace(...change)),
    command.text,
  );
  for (const words of callsOf(text)) {
    const problem = await problemOf(words);
    if (problem !== undefined) throw new Error(`${where(command)}: ${words.join(' ')}\n${problem}`);
  }
}

export function checkException(command: Command): void {
  const problem = exceptionFor(command)?.problem(bare(command.text));
  if (problem !== undefined) throw new Error(`${where(command)}: ${command.text}\n${problem}`);
}

/** Not of an address: 10.0.0.11. */
const versionsIn = (text: string): string[] => text.match(/(?<![\d.])\d+\.\d+\.\d+(?![\d.])/g) ?? [];

const asksTheFleet = (text: string): boolean =>
  /(?:\b(?:coordinator|sidecar) (?!import|release key|man|completion|--)|\bcurl |health_check)/.test(text);

const has = new Map<string, boolean>();

/** A program of others that this machine may be without, and is. */
function missing(text: string): string | undefined {
  return OPTIONAL.filter((name) => new RegExp(`(^|[|;&(]\\s*)${name}\\b`).test(text)).find((name) => {
    if (!has.has(name)) has.set(name, spawnSync('sh', ['-c', `command -v ${name}`]).status === 0);
    return has.get(name) !== true;
  });
}
