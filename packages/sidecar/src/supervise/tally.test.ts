import { expect, test } from 'vitest';
import type { SupervisionMetrics } from '../link/ports.js';
import { Tally } from './tally.js';

test('what was counted before a restart of the sidecar is counted on from there', () => {
  const told: unknown[] = [];
  const metrics: SupervisionMetrics = {
    started: (...words) => told.push(['started', ...words]),
    exited: (...words) => told.push(['exited', ...words]),
    restarted: (...words) => told.push(['restarted', ...words]),
    probed: () => undefined,
    judged: () => undefined,
  };
  const first = new Tally(metrics, 'app', 'vision');
  first.resume();
  first.started(undefined);
  first.exited('exit_1');
  first.started(3);
  first.exited('SIGKILL');
  first.exited('SIGKILL');
  const counts = JSON.parse(JSON.stringify(first.counts)) as typeof first.counts;
  expect(counts).toEqual({ starts: 2, exits: { exit_1: 1, SIGKILL: 2 } });
  expect(told.splice(0)).toEqual([
    ['started', 'app', 'vision', 0],
    ['started', 'app', 'vision', 1],
    ['exited', 'app', 'vision', 'exit_1', 1],
    ['started', 'app', 'vision', 1],
    ['restarted', 'app', 'vision', 0.003],
    ['exited', 'app', 'vision', 'SIGKILL', 1],
    ['exited', 'app', 'vision', 'SIGKILL', 1],
  ]);
  new Tally(metrics, 'app', 'vision', counts).resume();
  expect(told).toEqual([
    ['started', 'app', 'vision', 2],
    ['exited', 'app', 'vision', 'exit_1', 1],
    ['exited', 'app', 'vision', 'SIGKILL', 2],
  ]);
});
