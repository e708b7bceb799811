/** What versions of an app share or pass on: sockets, addresses, log files. */
import { fileURLToPath } from 'node:url';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Rig, agent, quick, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(() => rig.end());

const PORT = 18645;
const ADDRESS = `127.86.0.4:${PORT}`;
const program = fileURLToPath(new URL('../../../../test/agents/shared-socket.mjs', import.meta.url));
const server = (name: string, listen = ADDRESS): HostAgent =>
  agent(name, {
    command: [process.execPath, program],
    sockets: [{ name: 'http', listen }],
    healthchecks: [
      {
        method: { kind: 'http', url: `http://${ADDRESS}/`, status: 200 },
        purposes: ['startup'],
        level: 'basic',
        critical: true,
        intervalMs: 100,
        timeoutMs: 10_000,
        retries: 1,
        startPeriodMs: 60_000,
      },
    ],
  });
const converged = () => eventually(() => rig.supervisor.convergence('app').state === 'converged');
const ask = async (): Promise<string> => (await fetch(`http://${ADDRESS}/`)).text();

test('a socket moves to another agent while the one that had it still runs, even where that one waits for it', async () => {
  rig.supervisor.setTarget('app', target(rig.folder, '1', server('old')), 'steady');
  await converged();
  const next = quick('old', {
    environment: { NEW: 'yes' },
    dependsOn: [{ agent: 'new', condition: 'service_healthy' }],
  });
  rig.supervisor.setTarget('app', target(rig.folder, '2', next, server('new')), 'switch');
  await converged();
  expect(rig.types('new')).toEqual(['agent.starting', 'agent.ready']);
  expect(await ask()).toBe(`2 ${rig.status('new')!.incarnation}\n`);
  // And back, as after a failed trial.
  rig.supervisor.setTarget('app', target(rig.folder, '1', server('old')), 'steady');
  await converged();
  expect(await ask()).toBe(`1 ${rig.status('old')!.incarnation}\n`);
});

test('what a removed agent listened on is free when the next one starts', async () => {
  rig.supervisor.setTarget('app', target(rig.folder, '1', server('old')), 'steady');
  await converged();
  // Without a check it starts at once, in the very turn in which the old one is forgotten.
  const next = { ...server('new', `*:${PORT}`), healthchecks: [] };
  rig.supervisor.setTarget('app', target(rig.folder, '2', next), 'switch');
  await converged();
  expect(rig.types('new')).toEqual(['agent.starting', 'agent.ready']);
});

test('the last words of a culprit are its own, not those of the version that goes on beside it', async () => {
  const talk = (word: string, then: string) => ['sh', '-c', `while :; do echo ${word}; ${then}; done`];
  const old = quick('web', { command: talk('fine', 'sleep 0.01'), order: 'start-first' });
  rig.supervisor.setTarget('app', target(rig.folder, '1', old), 'steady');
  await converged();
  const bad = agent('web', { command: talk('broken API_KEY=abc', 'sleep 0.2; exit 1'), order: 'start-first' });
  rig.supervisor.setTarget('app', target(rig.folder, '2', bad), 'switch');
  const failed = await eventually(() => {
    const found = rig.supervisor.convergence('app');
    return found.state === 'failed' ? found : null;
  });
  expect(failed.culprit.log).toEqual(Array(3).fill('broken API_KEY=(hidden)'));
  expect(rig.log('web')).not.toContain('broken');

  // A good one writes on to the same file, once it is alone.
  const good = quick('web', { command: talk('better', 'sleep 0.01'), order: 'start-first' });
  rig.supervisor.setTarget('app', target(rig.folder, '3', good), 'switch');
  await converged();
  await eventually(() => rig.log('web').endsWith('better\n'));
  expect(rig.log('web')).not.toContain('fine');
  // One that replaces it without running beside it is not blamed for what was there.
  const worse = agent('web', { command: talk('worse', 'exit 1') });
  rig.supervisor.setTarget('app', target(rig.folder, '4', worse), 'switch');
  await eventually(() => rig.supervisor.convergence('app').state === 'failed');
  expect(rig.supervisor.convergence('app')).toMatchObject({ culprit: { log: ['worse', 'worse', 'worse'] } });
});
