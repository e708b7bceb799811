/** The small form of what `npm run simulate` does at length. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './mutations.js';
import { ENGINE_EVERY, newCounts, tellMany, tellOne } from './schedules-run.js';

const command = fileURLToPath(new URL('simulate.mjs', import.meta.url));
const run = (...args: readonly string[]) => spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });

describe('thousands of rollouts', () => {
  it('keep every rule, and come to every cell that decides', () => {
    const { status, stdout, stderr } = run('--seeds', '3000');
    expect(stderr).toBe('');
    expect(stdout).toContain('3000 schedules: 2940 of the decisions, 60 of the engine');
    expect(stdout).toMatch(/cells that decide: (\d+) of \1 visited/);
    expect(status).toBe(0);
  });

  it.each([
    // A host that boots again and again: what ran before the boot is no end of an agent.
    84139,
    // Redis loses writes, forgets everything, and a host is cut off.
    12800,
  ])('keep every rule also where it was broken once: %s', async (seed) => {
    expect((await tellOne(seed, newCounts())).broken).toEqual([]);
  });

  it('are told again by their seed, word for word', async () => {
    for (const seed of [1, 7, 17, ENGINE_EVERY]) {
      const first = await tellOne(seed, newCounts(), true);
      await tellMany(seed + 1, 3, newCounts());
      expect(await tellOne(seed, newCounts(), true)).toEqual(first);
    }
  });

  it('tell one in full, and refuse what they do not understand', () => {
    const one = run('--one', '3');
    expect([one.status, one.stdout]).toEqual([0, expect.stringMatching(/^schedule 3 \(decisions\)[^]*it ended: /)]);
    const wrong = run('--seeds', 'many');
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringMatching(/--seeds takes a whole number/)]);
    expect(run('--mutations', '--only', 'nothing').status).toBe(2);
  });
});

describe('planted bugs', () => {
  it('are twenty at least, each with a name of its own', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(20);
  });

  it.each(MUTATIONS.map(({ name, file, find }) => [name, file, find] as const))('have a place: %s', (_, file, find) => {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split(find)).toHaveLength(2);
  });

  it('are caught', () => {
    const quick = [
      'commits before all waves have baked',
      'takes hosts back in forward order',
      'a host obeys a leader that was fenced',
      'what has failed becomes the previous release',
      'starts an agent beside the one it replaces',
      'ends a stuck rollout with exit code 0',
    ];
    const { status, stdout } = run('--mutations', '--only', quick.join(','));
    expect(stdout).toContain('6 of 6 planted bugs caught');
    expect(status).toBe(0);
  });
});
