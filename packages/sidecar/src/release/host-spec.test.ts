/** What becomes paths and links of a host, and comes over the wire. */
import type { DataPath, HostPrepare } from '@outrider/shared/domain/prepare.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { expect, it } from 'vitest';
import { parseSpec } from './host-spec.js';
import { sampleOf } from './testing/sample.js';

const dataAt = (path: string, folder = path): DataPath => ({ path, kind: 'folder', folder });
const STEP: HostPrepare = {
  ...{ name: 'v', command: ['x'], files: [], creates: ['v'], dependsOn: [], environment: {}, timeoutMs: 1 },
  inputs: 'a'.repeat(64),
};
const parsed = (spec: Partial<HostSpec>) => parseSpec(sampleOf('1', {}, spec).documents.hostSpec, 'The host spec');

it.each<Partial<HostSpec>>([
  { prepare: [STEP], data: [dataAt('d/x', 'd'), dataAt('d'), dataAt('e')] },
  { prepare: [STEP, { ...STEP, name: 'w', creates: ['deep/er', '.w'], user: 'nobody' }] },
])('takes %j', (spec) => {
  expect(parsed(spec)).toMatchObject(spec);
});

it.each<unknown>([
  [dataAt('../x')],
  [dataAt('/x')],
  [dataAt('x/')],
  [dataAt('a//b')],
  [dataAt('x', 'y')],
  [{ ...dataAt('x'), kind: 'link' }],
  'x',
])('refuses data %j', (data) => {
  expect(() => parsed({ data } as never)).toThrow('The host spec has no proper "data".');
});

it.each<object>([
  { creates: ['../x'] },
  { creates: ['x/'] },
  { creates: [] },
  { inputs: '../x' },
  { command: [] },
  { name: '../x' },
  { environment: { A: 1 } },
  { timeoutMs: 'x' },
])('refuses a step with %j', (step) => {
  expect(() => parsed({ prepare: [{ ...STEP, ...step }] })).toThrow('The host spec has no proper "prepare".');
});

it('refuses two things at one place', () => {
  expect(() => parsed({ prepare: [STEP], data: [dataAt('v/x')] })).toThrow(/two things at "v"/);
  expect(() => parsed({ data: [dataAt('d/x'), dataAt('d')] })).toThrow(/two things at "d\/x"/);
});
