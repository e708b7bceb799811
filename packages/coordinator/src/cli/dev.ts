/** `coordinator dev`: a whole fleet on this machine, until Ctrl-C. */
import { existsSync, mkdtempSync, realpathSync, rmSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { DevHost, Layout } from './dev/layout.js';
import { hostsOption } from './globals.js';
import { note, print, printJson } from './output.js';

const HOSTS = ['main-pc', 'pc2'];
const NET = '127.0.0';

export function devCommand(program: Command): void {
  const command = program
    .command('dev')
    .description('a whole fleet on this machine: Redis, coordinator, a sidecar per host; Ctrl-C ends all of it');
  command
    .argument('[dir]', 'where its state is kept; default: a private folder that is removed at the end')
    .option('--hosts <a,b>', `names of its hosts, on 127.0.0.11, 127.0.0.12 ... (default ${HOSTS.join(',')})`, fewHosts)
    .option(
      '--net <a.b.c>',
      'first numbers of all addresses, so that several fleets can run (default 127.0.0)',
      netOption,
    )
    .option('--json', 'print one line of JSON when it is ready: its folder, hosts, addresses, and the dashboard')
    .option('--debug', 'show stack traces')
    .action(async (dir: string | undefined, options: { readonly hosts?: readonly string[]; readonly net?: string }) => {
      const { json = false } = command.optsWithGlobals<{ readonly json?: true }>();
      process.exitCode = await dev(dir, options.hosts ?? HOSTS, options.net ?? NET, json);
    });
}

function fewHosts(text: string): readonly string[] {
  const names = hostsOption(text);
  if (names.length > 100) throw new InvalidArgumentError('Expected are 1 to 100 names.');
  return names;
}

function netOption(text: string): string {
  if (!/^127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){2}$/.test(text)) {
    throw new InvalidArgumentError('Expected are the first three numbers of addresses of loopback, such as 127.0.5.');
  }
  return text;
}

async function dev(dir: string | undefined, names: readonly string[], net: string, json: boolean): Promise<number> {
  // What is needed only here is loaded only here.
  const [{ DevFleet }, { devHosts, layoutOf }] = await Promise.all([
    import('./dev/fleet.js'),
    import('./dev/layout.js'),
  ]);
  const folder = dir === undefined ? mkdtempSync(join(realpathSync(tmpdir()), 'outrider-dev-')) : kept(dir);
  const layout = layoutOf(folder, net);
  const hosts = devHosts(names, net);
  const fleet = new DevFleet(layout, hosts, dir === undefined, note);
  const say = json ? note : print;
  const interrupted = untilInterrupted(() => fleet.force());
  const abandon = (): void => fleet.abandon();
  process.once('exit', abandon);
  try {
    say(`Starting a fleet of ${hosts.length} on this machine; its state is in ${folder}.`);
    await Promise.race([fleet.start(), interrupted.promise]);
    if (!interrupted.isSo()) {
      const ready = readyDocument(layout, hosts, fleet.link());
      if (json) printJson(ready);
      else print(readyText(ready));
      await interrupted.promise;
    }
    say('Ending agents, sidecars, coordinator and Redis ...');
  } finally {
    await fleet.stop();
    if (dir === undefined) rmSync(folder, { recursive: true, force: true });
    interrupted.done();
    process.off('exit', abandon);
  }
  say('All of it has ended.');
  return 0;
}

/** `link`: with the token; it opens this fleet alone. */
const readyDocument = ({ folder, front }: Layout, hosts: readonly DevHost[], link: string) => ({
  ...{ ready: true, folder, grpc: `${front}:7077`, http: `http://${front}:7777/status`, link },
  hosts: hosts.map(({ name, address }) => ({ name, address, health: `http://${address}:8080/health` })),
});

const readyText = ({ hosts, grpc, http, link }: ReturnType<typeof readyDocument>): string =>
  [
    ...hosts.map(({ name, health }) => `  ${name.padEnd(12)} ${health}`),
    `  coordinator  gRPC ${grpc}, HTTP ${http}`,
    `  browser      ${link}`,
    'Ready. Ctrl-C ends all of it, agents included.',
  ].join('\n');

function kept(dir: string): string {
  const folder = resolve(dir);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return realpathSync(folder);
}

interface Interruption {
  readonly promise: Promise<void>;
  isSo(): boolean;
  done(): void;
}

/** The first Ctrl-C resolves; each further one forces. */
function untilInterrupted(force: () => void): Interruption {
  let is = false;
  let first: () => void = () => undefined;
  const promise = new Promise<void>((resolved) => (first = resolved));
  const hear = (): void => {
    if (is) {
      note('Forcing the end.');
      force();
    }
    is = true;
    first();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  return {
    promise,
    isSo: () => is,
    done: () => {
      for (const signal of signals) process.off(signal, hear);
    },
  };
}
