// The bench of releases: what it takes to bring one to hosts, beside rsync and a plain copy from tar to tar.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { busyNow, command, ended, readOptions, say, spread, table } from '../command.mjs';
import { median } from '../supervision/statistics.mjs';
import { bareCopy } from './bare.mjs';
import { Rsync, hasRsync, installRsync, tarCopy } from './peers.mjs';
import { MIB, ReleaseRun, loopbackBytes } from './run.mjs';
import { changeOne, makeFile, makeTree } from './tree.mjs';

const MEMORY_MIB = 200;
const options = readOptions({ files: '20000', mib: '1024', big: '500', hosts: '8', reps: '3' }, ['setup']);
const [files, mib, big, hosts, reps] = ['files', 'mib', 'big', 'hosts', 'reps'].map((name) => options[name][0]);

const HELP = `Measures how a release comes to hosts: a coordinator, a Redis and real sidecars on loopback, beside rsync
(with its daemon), tar to tar over a socket, and the least that two Node programs need for the same. All take turns in
one run.

usage: npm run bench:release -- [options]

  --setup          installs rsync with apt-get first
  --files N        files of the tree (20000)
  --mib N          MiB in it (1024)
  --big N          MiB of the one file that gets a byte at its front (500)
  --hosts N        hosts that fetch together (8)
  --reps N         repetitions (3)
  --json FILE      write every record
  --help

Bytes are those that went over loopback, whoever sent them, so nothing else should use it. Needs rsync, redis-server and
20 GiB of disk for each repetition. Run it on a quiet machine; it waits six minutes first.
`;

async function measure(place) {
  if (options.setup) installRsync(say);
  if (!hasRsync()) throw new Error('rsync is missing here: install it, or say --setup.');
  const records = [];
  await rested();
  for (let repetition = 1; repetition <= reps; repetition += 1) {
    say(`repetition ${repetition}: one host`);
    records.push({ repetition, ...(await oneHost(place, repetition)) });
    say(`repetition ${repetition}: ${hosts} hosts`);
    records.push({ repetition, ...(await manyHosts(place, repetition)) });
  }
  return records;
}

/** What is still on its way to the disk would be paid by whoever comes next. */
const settle = (folder) => spawnSync('sync', ['-f', folder]);

/**
 * ext4 does not give the inode of a removed file to another for a minute, and for six where the disk does not know of the
 * removal yet; whoever makes files meanwhile looks at each of them: up to ten times as long. So nothing is removed before
 * the end, and the beginning waits until whatever was removed before is forgotten.
 */
const AFTER_REMOVAL_MS = 370_000;

async function rested() {
  say('waiting six minutes, until what was removed before is forgotten');
  await pause(AFTER_REMOVAL_MS);
}

function timed(act) {
  const began = performance.now();
  act();
  return performance.now() - began;
}

async function oneHost(place, repetition) {
  const busyBefore = await busyNow();
  const dir = place.fresh(`one-host-${repetition}`, []);
  const run = new ReleaseRun({ place, dir, hosts: 1 });
  const tree = join(dir, 'tree');
  const paths = makeTree(tree, { files, bytes: mib * MIB });
  run.declare(tree, 'tree');
  const rsync = new Rsync({ place, dir, address: `${place.network}.3`, folder: join(dir, 'rsync') });
  try {
    await rsync.ready();
    await run.start();
    settle(dir);
    const tar = await tarOf(tree, join(dir, 'tar'), `${place.network}.4`);
    settle(dir);
    const bare = await bareOf(tree, join(dir, 'bare'), `${place.network}.5`);
    const first = { tar, bare, rsync: await rsync.copy(tree), ...(await ours(run, tree, 'tree', '1')) };
    changeOne(join(tree, paths[paths.length >> 1]));
    settle(dir);
    const changed = { rsync: await rsync.copy(tree), ...(await ours(run, tree, 'tree', '2')) };
    const inserted = await insertedByte(run, rsync, dir);
    return { test: 'one host', busyBefore, first, changed, inserted };
  } finally {
    run.end();
  }
}

async function tarOf(tree, to, address) {
  const before = loopbackBytes();
  const ms = await tarCopy(tree, to, address);
  const bytes = loopbackBytes() - before;
  const syncMs = timed(() => settle(to));
  return { ms, bytes, syncMs };
}

async function bareOf(tree, to, address) {
  mkdirSync(to);
  const ms = await bareCopy(tree, to, address);
  settle(to);
  return { ms };
}

async function insertedByte(run, rsync, dir) {
  const tree = join(dir, 'big');
  mkdirSync(tree);
  run.declare(tree, 'big');
  const file = join(tree, 'model.bin');
  makeFile(file, big * MIB);
  await rsync.copy(tree);
  await ours(run, tree, 'big', '1');
  makeFile(file, big * MIB, '!');
  settle(dir);
  return { rsync: await rsync.copy(tree), ...(await ours(run, tree, 'big', '2')) };
}

async function ours(run, tree, app, version) {
  settle(run.dir);
  const push = await run.push(tree, version);
  settle(run.dir);
  return { push, stage: await run.rollout(app, version) };
}

async function manyHosts(place, repetition) {
  const busyBefore = await busyNow();
  const dir = place.fresh(`many-hosts-${repetition}`, []);
  const run = new ReleaseRun({ place, dir, hosts });
  const tree = join(dir, 'tree');
  makeTree(tree, { files, bytes: mib * MIB });
  run.declare(tree, 'tree');
  try {
    await run.start();
    return { test: 'many hosts', busyBefore, first: await ours(run, tree, 'tree', '1') };
  } finally {
    run.end();
  }
}

function report(records) {
  const one = records.filter(({ test }) => test === 'one host');
  const many = records.filter(({ test }) => test === 'many hosts');
  const seconds = (list, read) =>
    spread(
      list.map((record) => read(record) / 1_000),
      2,
    );
  const mebibytes = (list, read) =>
    spread(
      list.map((record) => read(record) / MIB),
      2,
    );
  const row = (name, key) => [
    name,
    key === 'first' ? seconds(one, ({ first }) => first.tar.ms) : '',
    seconds(one, (record) => record[key].rsync.ms),
    seconds(one, (record) => record[key].push.ms),
    seconds(one, (record) => record[key].stage.stageMs),
    mebibytes(one, (record) => record[key].rsync.bytes),
    mebibytes(one, (record) => record[key].push.bytes),
    mebibytes(one, (record) => record[key].stage.bytes),
  ];
  const head = ['', 'tar, s', 'rsync, s', 'push, s', 'stage, s', 'rsync, MiB', 'push, MiB', 'stage, MiB'];
  const rows = [
    row(`${files} files, ${mib} MiB, for the first time`, 'first'),
    row('... one file changed', 'changed'),
    row(`one byte put in front of ${big} MiB`, 'inserted'),
  ];
  return `${table(head, rows)}\n${targets(one, many)}`;
}

function targets(one, many) {
  const of = (list, read) => median(list.map(read));
  const peak = (read) => Math.max(...[...one, ...many].map(read));
  const all = ({ first, changed = first, inserted = first }) => [first, changed, inserted];
  const most = (read) => peak((record) => Math.max(...all(record).map(read)));
  const rows = [
    ['first stage / tar', ratio(of(one, ({ first }) => first.stage.stageMs / first.tar.ms)), '1.3'],
    [
      'first stage / tar and its sync',
      ratio(of(one, ({ first }) => first.stage.stageMs / (first.tar.ms + first.tar.syncMs))),
      '',
    ],
    ['the least that Node needs / tar', ratio(of(one, ({ first }) => first.bare.ms / first.tar.ms)), ''],
    ['first stage / the least that Node needs', ratio(of(one, ({ first }) => first.stage.stageMs / first.bare.ms)), ''],
    ['changed file, push, s', ratio(of(one, ({ changed }) => changed.push.ms) / 1_000), '1'],
    ['changed file, stage, s', ratio(of(one, ({ changed }) => changed.stage.stageMs) / 1_000), '1'],
    [
      'changed file, bytes of push / rsync',
      ratio(of(one, ({ changed }) => changed.push.bytes / changed.rsync.bytes)),
      '1.1',
    ],
    [
      'changed file, bytes of stage / rsync',
      ratio(of(one, ({ changed }) => changed.stage.bytes / changed.rsync.bytes)),
      '1.1',
    ],
    [
      `copies leaving the coordinator for ${hosts} hosts`,
      ratio(of(many, ({ first }) => first.stage.egress / mib / MIB)),
      '2',
    ],
    [`stage of ${hosts} hosts, s`, ratio(of(many, ({ first }) => first.stage.stageMs) / 1_000), ''],
    ['switch with everything staged, ms', of(one, ({ changed }) => changed.stage.switchMs).toFixed(0), ''],
    ['most memory of a push, MiB', most(({ push }) => push.peakMiB).toFixed(0), `${MEMORY_MIB}`],
    ['most memory of the coordinator, MiB', most(({ stage }) => stage.coordinatorMiB).toFixed(0), `${MEMORY_MIB}`],
    ['most memory of a sidecar, MiB', most(({ stage }) => stage.sidecarMiB).toFixed(0), `${MEMORY_MIB}`],
  ];
  return table(['', 'median', 'target'], rows);
}

const ratio = (value) => value.toFixed(2);

command(options, { help: HELP, measure, report }).catch(ended);
