import { writeFileSync } from 'node:fs';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agent, Rig, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(() => rig.end());

test('an app that is held goes on with no switch, until its next target', async () => {
  const slowly = 'trap "while [ ! -e go ]; do sleep 0.05; done; exit 0" TERM; while :; do sleep 0.05; done';
  const old = agent('one', { command: ['sh', '-c', slowly], stopGraceMs: 60_000 });
  const candidate = agent('one', { command: ['sleep', '1001'], fingerprint: 'other' });
  rig.supervisor.setTarget('app', target(rig.folder, '1', old), 'steady');
  await eventually(() => rig.status('one')?.ready === true);
  rig.supervisor.setTarget('app', target(rig.folder, '2', candidate), 'switch');
  await eventually(() => rig.status('one')?.state !== 'ready');
  rig.supervisor.hold('app');
  writeFileSync(rig.path('go'), '');
  await eventually(() => rig.types('one').includes('agent.stopped'));
  await new Promise((resolve) => setImmediate(resolve));
  rig.supervisor.setTarget('app', target(rig.folder, '1', old), 'steady');
  await eventually(() => rig.status('one')?.ready === true && rig.status('one')?.version === '1');
  expect(rig.events.filter(({ version }) => version === '2')).toEqual([]);
});
