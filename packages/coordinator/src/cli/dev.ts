/** `coordinator dev`: a whole fleet on this machine, until Ctrl-C. */
import { existsSync, mkdtempSync, realpathSync, rmSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { hostsOption } from './globals.js';
import { note, print } from './output.js';

const HOSTS = ['main-pc', 'pc2'];
const NET = '127.0.0';

export function devCommand(program: Command): void {
  program
    .command('dev')
    .description('a whole fleet on this machine: Redis, coordinator, a sidecar per host; Ctrl-C ends all of it')
    .argument('[dir]', 'where its state is kept; default: a private folder that is removed at the end')
    .option('--hosts <a,b>', `names of its hosts, on 127.0.0.11, 127.0.0.12 ... (default ${HOSTS.join(',')})`, fewHosts)
    .option(
      '--net <a.b.c>',
      'first numbers of all addresses, so that several fleets can run (default 127.0.0)',
      netOption,
    )
    .option('--debug', 'show stack traces')
    .action(async (dir: string | undefined, options: { readonly hosts?: readonly string[]; readonly net?: string }) => {
      process.exitCode = await dev(dir, options.hosts ?? HOSTS, options.net ?? NET);
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

async function dev(dir: string | undefined, names: readonly string[], net: string): Promise<number> {
  // What is needed only here is loaded only here.
  const [{ DevFleet }, { devHosts, layoutOf }] = await Promise.all([
    import('./dev/fleet.js'),
    import('./dev/layout.js'),
  ]);
  const folder = dir === undefined ? mkdtempSync(join(realpathSync(tmpdir()), 'outrider-dev-')) : kept(dir);
  const layout = layoutOf(folder, net);
  const hosts = devHosts(names, net);
  const fleet = new DevFleet(layout, hosts, dir === undefined, note);
  const interrupted = untilInterrupted(() => fleet.force());
  const abandon = (): void => fleet.abandon();
  process.once('exit', abandon);
  try {
    print(`Starting a fleet of ${hosts.length} on this machine; its state is in ${folder}.`);
    await Promise.race([fleet.start(), interrupted.promise]);
    if (!interrupted.isSo()) {
      for (const host of hosts) print(`  ${host.name.padEnd(12)} http://${host.address}:8080/health`);
      print(`  coordinator  gRPC ${layout.front}:7077, HTTP http://${layout.front}:7777/status`);
      print(`  browser      ${fleet.link()}`);
      print('Ready. Ctrl-C ends all of it, agents included.');
      await interrupted.promise;
    }
    print('Ending agents, sidecars, coordinator and Redis ...');
  } finally {
    await fleet.stop();
    if (dir === undefined) rmSync(folder, { recursive: true, force: true });
    interrupted.done();
    process.off('exit', abandon);
  }
  print('All of it has ended.');
  return 0;
}

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
