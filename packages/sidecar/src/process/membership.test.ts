import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scratch } from './testing/scratch.js';

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch()));
afterEach(() => scratch.end());

/** Starts a shell whose script prints pids, one a line. */
async function pidsOf(script: string, count: number) {
  const agent = scratch.start({ command: ['sh', '-c', script] });
  const pids = await eventually(() => {
    const lines = scratch.read('log').split('\n').slice(0, -1);
    return lines.length === count ? lines.map(Number) : null;
  });
  const owns = (pid: number): boolean => scratch.processes.owns(agent.identity, agent.incarnation, pid);
  return { agent, pids, owns };
}

test('the first process, its session and whatever carries its mark are its own; nobody else is', async () => {
  const script = `
    sleep 1000 & echo $!
    setsid sh -c 'echo $$; exec sleep 1000' &
    setsid env -i /bin/sh -c 'echo $$; read line <&9; exec sleep 1000' 9<>/dev/zero &
    wait`;
  const { agent, pids, owns } = await pidsOf(script, 3);
  // The last has cleared its environment and left the session: what it printed is its pid.
  const stranger = pids.find((pid) => !owns(pid));
  expect(pids.filter(owns)).toHaveLength(2);
  expect(owns(agent.identity.pid)).toBe(true);
  expect(owns(process.pid)).toBe(false);
  expect(owns(1)).toBe(false);
  expect(owns(0)).toBe(false);
  process.kill(stranger!, 'SIGKILL');
});

test('one that is gone is not, but for the first process', async () => {
  const { agent, pids, owns } = await pidsOf('sh -c "echo \\$\\$"; exec sleep 1000', 1);
  // A zombie is still told by its session, until its parent has asked for it.
  await eventually(() => expect(owns(pids[0]!)).toBe(false));
  process.kill(agent.identity.pid, 'SIGKILL');
  await agent.ended;
  expect(owns(agent.identity.pid)).toBe(true);
  const older = { ...agent.identity, startTicks: agent.identity.startTicks - 1, pid: process.pid };
  expect(scratch.processes.owns(older, agent.incarnation, process.pid)).toBe(false);
});
