/** What a host was given to run: from Redis, else the same again from the release, and nothing that is not the same. */
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { expect, test } from 'vitest';
import { givenSpecs, type GivenSpecsOptions } from './given-specs.js';
import type { FleetHost } from './ports.js';

const RELEASE = { app: 'shop', version: '1.0.0', digest: 'd' };
const spec = (version: string, setting: string): string =>
  canonicalJson({ app: 'shop', version, digest: 'd', host: 'pc2', setting });
const [NOW, BEFORE] = [spec('1.0.0', 'today'), spec('0.9.0', 'yesterday')];

function options(status: Partial<AppStatus>, more: Partial<GivenSpecsOptions> = {}): GivenSpecsOptions {
  const apps = [{ app: 'shop', ...status } as AppStatus];
  const host: FleetHost = {
    ...{ name: 'pc2', address: '10.0.0.2', endpoint: '10.0.0.2:7070', labels: {}, state: 'up' },
    status: { apps } as unknown as HostStatus,
  };
  return {
    fleet: { host: (name) => (name === 'pc2' ? host : undefined), hosts: () => [host] },
    releases: { manifest: async () => ({}) as never, spec: async () => ({}) as never },
    specs: { saveSpecs: async () => undefined, loadSpec: async () => undefined },
    resolve: ({ version }) => ({ spec: JSON.parse(spec(version, 'today')) as HostSpec, problems: [] }),
    ...more,
  };
}

const ref = (version: string, text: string) => ({ version, digest: 'd', specDigest: sha256(text) });

test('what Redis has, of all that the host needs of this release', async () => {
  const stored = new Map([NOW, BEFORE].map((text) => [sha256(text), text]));
  const specs = { saveSpecs: async () => undefined, loadSpec: async (digest: string) => stored.get(digest) };
  const status = { active: ref('1.0.0', NOW), previous: ref('0.9.0', BEFORE) };
  expect(new Set(await givenSpecs('pc2', RELEASE, options(status, { specs })))).toEqual(new Set([NOW, BEFORE]));
  const other = { active: { ...ref('1.0.0', NOW), digest: 'another' } };
  expect(await givenSpecs('pc2', RELEASE, options(other, { specs }))).toEqual([]);
  expect(await givenSpecs('pc9', RELEASE, options(status, { specs }))).toEqual([]);
});

test('what Redis has forgotten is resolved again, and left out where it would be another', async () => {
  const status = { active: ref('1.0.0', NOW), previous: ref('0.9.0', BEFORE) };
  expect(await givenSpecs('pc2', RELEASE, options(status))).toEqual([NOW]);
  const staging = { digest: 'd', specDigest: sha256(NOW) } as AppStatus['staging'];
  expect(await givenSpecs('pc2', RELEASE, options(staging === undefined ? {} : { staging }))).toEqual([NOW]);
});

test('neither Redis nor the release can be read: nothing is given', async () => {
  const away = async (): Promise<never> => {
    throw new OutriderError('unavailable', 'Redis does not answer.');
  };
  const broken = { specs: { saveSpecs: away, loadSpec: away }, releases: { manifest: away, spec: away } };
  expect(await givenSpecs('pc2', RELEASE, options({ active: ref('1.0.0', NOW) }, broken))).toEqual([]);
});
