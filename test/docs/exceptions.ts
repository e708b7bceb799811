/** Commands of the docs that are not run here, each with its reason and with what is shown of it instead. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bare } from './rules.js';
import type { Command } from './commands.js';
import { ROOT } from './machine.js';

export interface Exception {
  readonly match: RegExp;
  readonly why: string;
  /** What is wrong with it all the same, as far as that can be told; undefined: nothing. */
  readonly problem: (text: string) => string | undefined;
}

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const scripts = (): Readonly<Record<string, string>> =>
  (JSON.parse(text('package.json')) as { readonly scripts: Readonly<Record<string, string>> }).scripts;

/** The script is there, and so is every file that it runs. */
function problemOfScript(command: string): string | undefined {
  const [, name = ''] = /^npm (?:run )?([\w:-]+)/.exec(command) ?? [];
  const script = scripts()[name];
  if (script === undefined) return `package.json has no script ${name}`;
  const lost = [...script.matchAll(/\S+\.mjs/g)].map(([file]) => file).filter((file) => !existsSync(join(ROOT, file)));
  return lost.length === 0 ? undefined : `${lost.join(', ')} of the script ${name} is not there`;
}

/** Its flags stand in the source of the benchmark too. */
function problemOfBench(command: string): string | undefined {
  const [, name = ''] = /bench:(\w+)/.exec(command) ?? [];
  const folder = join(ROOT, 'bench', name);
  if (!existsSync(folder)) return `there is no bench/${name}`;
  const files = [folder, join(ROOT, 'bench')].flatMap((at) =>
    readdirSync(at, { recursive: true, encoding: 'utf8' }).map((file) => join(at, file)),
  );
  const source = files
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const unknown = [...command.matchAll(/ --([a-z-]+)/g)]
    .map(([, flag = '']) => flag)
    .filter((flag) => !source.includes(flag));
  return (
    problemOfScript(command) ?? (unknown.length === 0 ? undefined : `bench/${name} knows no --${unknown.join(', --')}`)
  );
}

const VERBS = new Set(['enable', 'start', 'stop', 'restart', 'status', 'daemon-reload']);
const OF_OTHERS = new Set(['prometheus', 'prometheus-alertmanager', 'grafana-server']);

/** Verbs that systemctl has, and units that systemd/ has, instances of templates included. */
function problemOfUnits(command: string): string | undefined {
  for (const part of command.split(/&&|;/)) {
    const [, verb = '', rest = ''] = /^\s*systemctl (\S+)(.*)$/.exec(part) ?? [];
    if (!VERBS.has(verb)) return `systemctl ${verb} is none of the verbs that the docs need`;
    const units = rest.match(/'[^']*'|"[^"]*"|\S+/g)?.filter((word) => !word.startsWith('-')) ?? [];
    const unknown = units.map((unit) => unit.replaceAll(/['"]/g, '')).find((unit) => !isUnit(unit));
    if (unknown !== undefined) return `systemd/ has no unit ${unknown}`;
  }
  return undefined;
}

function isUnit(unit: string): boolean {
  if (OF_OTHERS.has(unit)) return true;
  const [, base = '', suffix = '.service'] = /^([\w-]+@?).*?(\.socket|\.service)?$/.exec(unit) ?? [];
  return existsSync(join(ROOT, 'systemd', `${base}${suffix}`));
}

/** The packages are those that scripts/setup.mjs asks for. */
function problemOfPackages(command: string): string | undefined {
  const setup = text('scripts/setup.mjs');
  const unknown = command
    .split(/\s+/)
    .slice(2)
    .filter((name) => !setup.includes(name));
  return unknown.length === 0 ? undefined : `scripts/setup.mjs installs no ${unknown.join(', ')}`;
}

/** Every file and folder that it names is there. */
const problemOfPaths = (command: string): string | undefined =>
  command
    .split(/\s+/)
    .filter((word) => /^(packages|test)\//.test(word) && !existsSync(join(ROOT, word)))
    .map((word) => `there is no ${word}`)[0];

export const EXCEPTIONS: readonly Exception[] = [
  { match: /^npm run setup$/, why: 'it installs, and whoever runs a test has run it', problem: problemOfScript },
  { match: /^npm run (demo|simulate|check)$/, why: 'minutes, and tests and CI run the same', problem: problemOfScript },
  { match: /^npx vitest run /, why: 'tests run tests for ever', problem: problemOfPaths },
  { match: /^npm test$/, why: 'it runs this test', problem: problemOfScript },
  { match: /^npm run bench:/, why: 'benchmarks take minutes to hours and the whole machine', problem: problemOfBench },
  { match: /^apt-get install /, why: 'it installs from the network', problem: problemOfPackages },
  { match: /^systemctl /, why: 'systemd is not the first program of a namespace', problem: problemOfUnits },
];

export const exceptionFor = ({ text: command }: Pick<Command, 'text'>, all = EXCEPTIONS): Exception | undefined =>
  all.find(({ match }) => match.test(bare(command)));
