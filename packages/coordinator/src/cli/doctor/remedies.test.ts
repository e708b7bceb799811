/** What the doctor tells people to type exists: our own commands with these very options, programs, and units. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Diagnosis, PathSight } from '@outrider/shared/domain/diagnosis.js';
import { programOf as sidecarOf } from '@outrider/sidecar/cli/program.js';
import { describe, expect, it } from 'vitest';
import { programOf as coordinatorOf } from '../main.js';
import type { FleetSight, HostSight } from './check.js';
import { judgeAll } from './checks/all.js';
import { diagnosis, fleet, host } from './testing/sights.js';

const nobody = (): Promise<void> => Promise.resolve();
const OURS: Readonly<Record<string, Command>> = { coordinator: coordinatorOf(nobody), sidecar: sidecarOf(nobody) };
/** Of Debian's packages coreutils, systemd, redis-tools, iproute2, procps, curl and openssl. */
const PROGRAMS = [
  ...['cat', 'chmod', 'chown', 'df', 'du', 'ls', 'mkdir', 'sort', 'tail', 'uptime'],
  ...['systemctl', 'journalctl', 'timedatectl', 'redis-cli', 'ss', 'vmstat', 'curl', 'openssl'],
];
const UNITS_OF_OTHERS = ['redis-server', 'prometheus'];
/** What no command does. */
const PROSE = [
  /^install \S+ here, or upgrade the coordinator$/,
  /^have a new one made, put it/,
  /put the fleet's token/,
];

const path = (what: string, more: Partial<PathSight>): Partial<Diagnosis> => {
  const well = { what, path: `/p/${what}`, exists: true, mode: 0o600, uid: 0, ownUid: 0, writable: true };
  return { paths: [{ ...well, ...more }] };
};
const silent = (name: string): HostSight => {
  const { diagnosis: _, ...rest } = host(name, {}, { problem: 'no answer.' });
  return rest;
};
const redis = (more: object): Partial<Diagnosis> => ({
  redis: { up: true, place: 'r:6379', pingMs: 1, reason: 'gone.', ...more },
});
const listener = (more: object): Partial<Diagnosis> => ({
  listeners: [{ what: 'grpc', address: '10.0.0.1:7070', pid: 0, program: '', own: false, ...more }],
});
const certificate = (more: object): Partial<Diagnosis> => ({
  certificates: [{ what: 'redis.tls.ca', path: '', expiresMs: 1, reason: 'it is none', ...more }],
});
const disk = { path: '/d', freeBytes: 1e12, totalBytes: 2e12, reserveBytes: 0 };
const answer = { host: 'b', endpoint: 'b:5555', answer: '', milliseconds: 9, reason: 'no answer' };
const monitored = (what: string): Partial<Diagnosis> => ({
  monitoring: [{ what, url: 'http://m:9090/x', ok: false, detail: 'no answer' }],
});

/** Each breaks one thing, on a host and at the coordinator. */
const BROKEN: readonly Partial<Diagnosis>[] = [
  ...[redis({ up: false }), redis({ up: false, place: '/run/redis.sock' }), redis({ pingMs: 5_000 })],
  ...[
    { leader: '' },
    { health: 'unhealthy: 1 of 3 agents: shop/vision' },
    { bus: { heard: false, event: '', reason: 'x' } },
  ],
  ...[monitored('metrics'), monitored('prometheus'), { clockAheadMs: -9_000 }, { loopLagMs: 4_000 }],
  ...[{ disk: { ...disk, freeBytes: 1 } }, { disk: { ...disk, freeInodes: 3 } }, { version: '0.9.0' }],
  ...[certificate({}), certificate({ expiresMs: 0 }), certificate({ path: 'r:6379' })],
  ...[listener({}), listener({ pid: 9, program: 'python3' })],
  ...[path('token', { exists: false }), path('data_dir', { exists: false }), path('token', { mode: 0o644 })],
  ...[path('data_dir', { mode: 0o777 }), path('data_dir', { uid: 7 }), path('data_dir', { writable: false })],
];
const SIGHTS: readonly FleetSight[] = [
  ...BROKEN.flatMap((more) => [
    fleet(host('a', more), host('b')),
    { ...fleet(host('a')), coordinator: diagnosis('c', { leader: 'c-1', ...more }) },
  ]),
  ...[fleet(), fleet(silent('a')), fleet(host('a', {}, { answers: [answer] }), host('b'))],
  ...[fleet(host('a', {}, { inHistory: false }))],
  ((): FleetSight => {
    const { coordinator: _, ...away } = fleet(host('a'));
    return { ...away, problem: 'no answer.' };
  })(),
];
const FOUND = SIGHTS.flatMap(judgeAll).filter(({ ok, skipped }) => !ok && skipped !== true);
const REMEDIES = [...new Set(FOUND.map(({ remedy }) => remedy))];

/** `on pc2: ls -l /run/bus; then ...`: what stands in backticks, and each part that begins with a program. */
function commandsIn(remedy: string): readonly (readonly string[])[] {
  const quoted = [...remedy.matchAll(/`([^`]+)`/g)].map(([, command = '']) => command);
  const rest = remedy.replaceAll(/`[^`]+`/g, '').split(/[;|]/);
  return [...quoted, ...rest.map((part) => part.trim().replace(/^.*: (?=[a-z])/, ''))]
    .map((command) => command.replace(/ \(.*\)$/, '').split(/\s+/))
    .filter(([program = '']) => program in OURS || PROGRAMS.includes(program));
}

it('looks at a remedy of every check', () => {
  const checks = new Set(judgeAll(fleet(host('a'))).map(({ check }) => check));
  expect(checks.size).toBeGreaterThan(14);
  expect(new Set(FOUND.map(({ check }) => check))).toEqual(checks);
  expect(FOUND.every(({ remedy }) => remedy !== '')).toBe(true);
});

describe('each remedy names commands that exist', () => {
  it.each(REMEDIES)('%s', (remedy) => {
    const commands = commandsIn(remedy);
    if (!PROSE.some((words) => words.test(remedy))) expect(commands).not.toEqual([]);
    for (const [program = '', ...words] of commands) {
      const ours = OURS[program];
      if (ours !== undefined) expectUnderstood(ours, words);
      if (program === 'systemctl' || program === 'journalctl') expectUnits(words);
    }
  });
});

function expectUnderstood(program: Command, words: readonly string[]): void {
  let [command, left] = [program, words];
  for (let next = child(command, left[0]); next !== undefined; next = child(command, left[0])) {
    [command, left] = [next, left.slice(1)];
  }
  expect(command, words.join(' ')).not.toBe(program);
  const { operands, unknown } = command.parseOptions([...left]);
  const { registeredArguments: expected } = command;
  expect(unknown, `options of ${words.join(' ')}`).toEqual([]);
  expect(operands.length).toBeGreaterThanOrEqual(expected.filter(({ required }) => required).length);
  if (expected.at(-1)?.variadic !== true) expect(operands.length).toBeLessThanOrEqual(expected.length);
}

const child = (command: Command, word: string | undefined): Command | undefined =>
  command.commands.find((one) => one.name() === word);

function expectUnits(words: readonly string[]): void {
  const units = words.filter((word) => /^[a-z]+-?[a-z]+$/.test(word) && !['restart', 'start', 'status'].includes(word));
  expect(units).toHaveLength(1);
  for (const unit of units) {
    const file = fileURLToPath(new URL(`../../../../../systemd/${unit}.service`, import.meta.url));
    expect(UNITS_OF_OTHERS.includes(unit) || existsSync(file), unit).toBe(true);
  }
}
