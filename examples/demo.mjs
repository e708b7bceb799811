// The demo: a version moves over two hosts, a bad one comes back, and what is killed in between is missed by
// nobody. Uses what any user has: the CLI, HTTP, ZeroMQ. Ends with 0 only if all of it was observed.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Request } from 'zeromq';
import { assembleRelease, edit } from './assemble.mjs';
import { Fleet } from './demo/fleet.mjs';
import { agentProcesses, DoubleWatch, leftovers, Visitors } from './demo/processes.mjs';
import { chapter, eventually, observations, observe, say, seconds } from './demo/tell.mjs';

/** Addresses of its own on loopback, so that it meets no other fleet of this machine. */
const NET = '127.0.42';
const HOSTS = { 'main-pc': `${NET}.11`, pc2: `${NET}.12` };
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'outrider-demo-')));
const release = join(folder, 'assistants');
const fleet = new Fleet(folder, NET);
const open = [];

const key = (agent) => `${agent.host}/${agent.agent}.${agent.instance}`;
const pids = (agents) => new Map(agents.map((agent) => [key(agent), agent.pid]));
const list = (names) => [...names].sort().join(', ');

/** Which instances run as another process than before. */
const restarted = (before, after) => [...after.keys()].filter((name) => before.get(name) !== after.get(name));

async function ask(address, question) {
  const socket = new Request({ linger: 0, receiveTimeout: 3_000 });
  try {
    socket.connect(address);
    await socket.send(question);
    return String((await socket.receive())[0]);
  } finally {
    socket.close();
  }
}
const look = () => ask(`tcp://${HOSTS.pc2}:5720`, 'look 1');

async function push(version) {
  const pushed = await fleet.ask('release', 'push', release, '--version', version);
  const kib = (bytes) => `${Math.ceil(bytes / 1024)} KiB`;
  say(
    `Pushed ${version}: ${pushed.files} files, ${kib(pushed.bytes)}, of which ${kib(pushed.bytes_sent)} had to travel.`,
  );
}

/** All agents are ready, and the machine runs exactly the processes that are reported, each once. */
async function settled() {
  return eventually('every agent is ready, and runs once', async () => {
    const agents = await fleet.agents();
    if (!agents.every((agent) => agent.ready)) throw new Error(`waiting for ${agents.find((a) => !a.ready)?.agent}`);
    const reported = agents.map((agent) => `${key(agent)} ${agent.incarnation} ${agent.pid}`).sort();
    const running = agentProcesses(folder).map((p) => `${p.instance} ${p.incarnation} ${p.pid}`);
    if (reported.join() !== running.sort().join()) throw new Error(`reported ${reported} running ${running}`);
    return agents;
  });
}

async function versions() {
  return (await fleet.hosts()).map((host) => `${host.name} ${host.apps[0]?.version}`).join(', ');
}

async function startFleet() {
  chapter('A fleet of two hosts, on this machine');
  fleet.start();
  const hosts = await eventually('both hosts are up', async () => {
    const known = await fleet.hosts();
    return known.length === 2 && known.every((host) => host.state === 'up') && known;
  });
  say(
    `A coordinator, a Redis and two sidecars run: ${hosts.map((host) => `${host.name} on ${host.address}`).join(', ')}.`,
  );
}

async function first() {
  chapter('1.0.0: the first release');
  const left = assembleRelease(release);
  if (left.length > 0) say(`There is no python3 here, so ${list(left)} are left out.`);
  await push('1.0.0');
  const { code, seconds: took, problems } = await fleet.rollout('1.0.0', '1s');
  observe(code === 0, `1.0.0 was rolled out in ${took.toFixed(1)} s.`, problems);
  const agents = await settled();
  const on = (host) => agents.filter((agent) => agent.host === host).length;
  observe(
    on('main-pc') >= 5 && on('pc2') >= 2,
    `${on('main-pc')} agents on main-pc and ${on('pc2')} on pc2 are ready, each running once.`,
  );
  for (const [host, address] of Object.entries(HOSTS)) {
    const word = await ask(`tcp://${address}:5555`, 'health_check');
    const { status } = await fetch(`http://${address}:8080/health`);
    observe(
      word === 'healthy' && status === 200,
      `${host}, asked over ZeroMQ, says "${word}", and over HTTP ${status}.`,
    );
  }
  open.push(new DoubleWatch(folder, ['main-pc/registry.0']), new Visitors(`http://${HOSTS['main-pc']}:8100/`));
}

async function onlyWhatChanged() {
  chapter('1.1.0: four agents have changed');
  edit(release, 'agents/registry.mjs', 'Services known here:', 'Services known on this host:');
  edit(release, 'agents/worker.mjs', "SKILL = 'counting'", "SKILL = 'rhyming'");
  edit(release, 'agents/vision.mjs', "MODEL = 'tiny-1'", "MODEL = 'tiny-2'");
  await push('1.1.0');
  const plan = await fleet.run(['rollout', '--version', '1.1.0', '--plan']);
  const actions = JSON.parse(plan.lines.join('\n')).hosts.flatMap((host) =>
    host.actions.map((action) => action.action),
  );
  const replaced = actions.filter((action) => action === 'replace').length;
  observe(
    plan.code === 10 && replaced === 4,
    `The plan is to replace ${replaced} agents and to keep ${actions.length - replaced}.`,
  );
  const before = pids(await fleet.agents());
  const { code, seconds: took, problems } = await fleet.rollout('1.1.0', '2s');
  observe(code === 0, `1.1.0 was rolled out in ${took.toFixed(1)} s.`, problems);
  const changed = restarted(before, pids(await settled()));
  observe(
    list(changed) === 'main-pc/registry.0, main-pc/worker.0, main-pc/worker.1, pc2/vision.0',
    `Only these were restarted: ${list(changed)}. All others run on as the same processes.`,
  );
  observe((await look()).startsWith('tiny-2'), 'The vision of pc2 answers with its new model.');
}

async function badVersion() {
  chapter('2.0.0: good on main-pc; on pc2 it turns bad some seconds after it was ready');
  edit(release, 'agents/worker.mjs', "SKILL = 'rhyming'", "SKILL = 'guessing'");
  edit(release, 'agents/vision.mjs', "MODEL = 'tiny-2'", "MODEL = 'large-1'");
  edit(release, 'agents/vision.mjs', '  waiting.shift();\n', '');
  await push('2.0.0');
  const before = pids(await fleet.agents());
  const seen = new Map();
  const {
    code,
    last,
    seconds: took,
    problems,
  } = await fleet.rollout('2.0.0', '8s', (event) => {
    if (event.type.startsWith('rollout.host.')) {
      const what = `${event.host} ${event.type.slice('rollout.host.'.length)}`;
      if (!seen.has(what)) say(`  ${event.host}: ${event.type.slice('rollout.host.'.length)}`);
      seen.set(what, seconds());
    }
  });
  observe(
    code === 20 && last.type === 'rollout.rolled_back',
    `2.0.0 was taken back; the exit code is ${code}, after ${took.toFixed(1)} s.`,
    problems,
  );
  observe(seen.has('pc2 trial'), 'pc2 was switched to it and was on trial: all its agents had been ready.');
  const culprit = last.data.culprit;
  observe(
    culprit.host === 'pc2' && culprit.agent === 'vision',
    `The culprit is named: ${culprit.agent} on ${culprit.host}: ${culprit.cause}`,
  );
  observe((await versions()) === 'main-pc 1.1.0, pc2 1.1.0', 'Both hosts are on 1.1.0 again.');
  const agents = await settled();
  const changed = restarted(before, pids(agents));
  observe(
    list(changed) === 'main-pc/worker.0, main-pc/worker.1, pc2/vision.0' &&
      agents.every((a) => !a.version.startsWith('2')),
    `Only what 2.0.0 had touched was restarted (${list(changed)}); no agent of 2.0.0 runs.`,
  );
  observe((await look()).startsWith('tiny-2'), 'The vision of pc2 answers with the model of 1.1.0.');
}

/**
 * A good rollout. At the event `at` the process that `victim` names is ended; that `later` comes only after
 * that proves that it was in the middle.
 */
async function rolloutWithAKill(version, from, { at, later, victim }) {
  edit(release, 'agents/worker.mjs', `SKILL = '${from.skill}'`, `SKILL = 'skill of ${version}'`);
  edit(release, 'agents/vision.mjs', `MODEL = '${from.model}'`, `MODEL = 'model of ${version}'`);
  await push(version);
  const before = pids(await fleet.agents());
  const is = (event, what) => `${event.host} ${event.type}` === what;
  let killedAt = 0;
  const result = await fleet.rollout(version, '2s', (event) => {
    if (killedAt > 0 || !is(event, at)) return;
    process.kill(victim, 'SIGKILL');
    killedAt = Date.now();
    say(`  At "${at}" process ${victim} is killed with -9.`);
  });
  const after = result.events.filter((event) => Date.parse(event.at) > killedAt);
  observe(
    killedAt > 0 && after.some((event) => is(event, later)),
    `That was in the middle: only then came "${later}".`,
  );
  const took = `${result.seconds.toFixed(1)} s`;
  observe(
    result.code === 0,
    `The rollout went on to its end: ${version}, exit code 0, after ${took}.`,
    result.problems,
  );
  const agents = await settled();
  observe(
    list(restarted(before, pids(agents))) === 'main-pc/worker.0, main-pc/worker.1, pc2/vision.0' &&
      (await look()).startsWith(`model of ${version}`),
    `The new version runs, only what had changed was restarted, and no agent is doubled: ${agents.length} agents, ${agentProcesses(folder).length} processes.`,
  );
  observe((await versions()) === `main-pc ${version}, pc2 ${version}`, `Both hosts are on ${version}.`);
}

async function killCoordinator() {
  chapter('1.2.0: the coordinator is killed in the middle');
  const camera = '  waiting.push((frame += 1));\n';
  edit(release, 'agents/vision.mjs', camera, `${camera}  waiting.shift();\n`);
  const victim = fleet.coordinatorPid();
  await rolloutWithAKill(
    '1.2.0',
    { skill: 'guessing', model: 'large-1' },
    {
      at: 'main-pc rollout.host.trial',
      later: 'pc2 rollout.host.switching',
      victim,
    },
  );
  observe(fleet.coordinatorPid() !== victim, 'Another coordinator process has finished it.');
}

async function killSidecar() {
  chapter('1.3.0: the sidecar of pc2 is killed in the middle of its switch');
  const pidOf = async () => (await fleet.hosts()).find((host) => host.name === 'pc2').sidecar.pid;
  const victim = await pidOf();
  await rolloutWithAKill(
    '1.3.0',
    { skill: 'skill of 1.2.0', model: 'model of 1.2.0' },
    {
      at: 'pc2 rollout.host.switching',
      later: 'pc2 rollout.host.trial',
      victim,
    },
  );
  observe((await pidOf()) !== victim, 'Another sidecar process has taken over the running agents of pc2.');
}

async function end() {
  chapter('The end');
  const [watch, visitors] = open;
  await visitors.stop();
  watch.stop();
  observe(
    visitors.failed.length === 0,
    `All the while the registry was asked ${visitors.asked} times on new connections; none was refused or left without an answer.`,
    visitors.failed.join('\n'),
  );
  observe(
    watch.doubled.length === 0 && watch.looks > 50,
    `${watch.looks} looks at the process table: no agent ever ran twice.`,
    list(watch.doubled),
  );
  await fleet.stop();
  observe(leftovers(folder).length === 0, 'Ctrl-C to "coordinator dev" ended all of it: nothing is left running.');
}

let cleaning;
const cleanUp = () => (cleaning ??= endAll());

async function endAll() {
  await Promise.all(open.map((one) => one.stop()));
  await fleet.stop();
  for (const pid of leftovers(folder)) process.kill(Number(pid), 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interrupted = true;
    console.error('\nStopping; all that was started is being ended.');
    void cleanUp().finally(() => process.exit(130));
  });
}

try {
  for (const act of [startFleet, first, onlyWhatChanged, badVersion, killCoordinator, killSidecar, end]) await act();
  console.log(`\nAll ${observations()} things were observed, in ${seconds().toFixed(0)} s.`);
} catch (error) {
  process.exitCode = 1;
  if (!interrupted) {
    console.error(`\nThe demo failed. ${error.message}\n\nThe last lines of coordinator dev:\n${fleet.lastWords()}`);
  }
} finally {
  await cleanUp();
}
