/** What of a manifest travels to a real sidecar's gRPC face, and what it makes of it. */
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { connectSidecar } from '@outrider/shared/rpc/client.js';
import { NO_PROOF, type ReleaseProof } from '@outrider/shared/domain/release-signature.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { startSidecarGrpc } from '@outrider/sidecar/link/grpc.js';
import { NO_HEALTH, NOBODY_LOOKS, NOTHING_TO_CHECK, TRUSTS_ALL } from '@outrider/sidecar/testing/no-trust.js';
import { afterEach, expect, test } from 'vitest';
import { hostCommands } from './host-commands.js';
import { ManifestPatches } from './manifest-patches.js';
import { askPreflight } from './preflight.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const lines = (changed: number): Buffer =>
  Buffer.from(
    Array.from({ length: 2_000 }, (_one, index) => sha256(`${index === changed ? 'new' : index}`)).join('\n'),
  );
const [OLDER, NEWER] = [lines(-1), lines(1_000)];
const RELEASE = { version: '2', digest: sha256(NEWER), specDigest: sha256('spec') };
const STATUS = { host: 'pc2', instances: [], apps: [{ app: 'a', active: { ...RELEASE, digest: sha256(OLDER) } }] };
const COMMAND = { app: 'a', fence: { epoch: 1, rollout: 1, step: 1 }, holder: 'me', rollout: 'r1', by: 'ann' };
const nobodyAsks = (): never => {
  throw new Error('Nobody asks for it here.');
};

/** `known`: by digest, the manifests that were staged there. */
async function host(known: ReadonlyMap<string, Buffer>) {
  const received: Uint8Array[] = [];
  const bytes: number[] = [];
  const grpc = await startSidecarGrpc({
    host: {
      ...{ status: () => STATUS, onChange: () => () => undefined },
      stage: (_command: unknown, { manifest }: { manifest: Uint8Array }) => {
        received.push(manifest);
        return { app: 'a', phase: 'idle' };
      },
    } as never,
    preflight: async ({ manifest }) => {
      received.push(manifest);
      return { problems: [], notices: [], facts: {} as never };
    },
    specs: {
      knownSpec: nobodyAsks,
      knownManifest: (_app, digest) => {
        const found = known.get(digest);
        if (found === undefined) throw new OutriderError('not_found', 'It was never staged here.');
        return found;
      },
    },
    ...{ agents: { instances: () => [] } as never, logs: undefined as never, samples: undefined as never },
    ...{ trust: TRUSTS_ALL, checks: NOTHING_TO_CHECK, health: NO_HEALTH, self: NOBODY_LOOKS },
    ...{
      contents: { send: nobodyAsks },
      hooks: { ask: nobodyAsks },
      listen: ['127.0.0.1:0'],
      tokens: () => ['t'],
      onBug: () => undefined,
    },
  });
  const remote = connectSidecar({ endpoint: grpc.addresses[0]!, token: 't' });
  closers.push(
    () => grpc.close(),
    () => remote.close(),
  );
  const measured = Object.assign(Object.create(remote) as typeof remote, {
    Stage: (request: Parameters<typeof remote.Stage>[0], limits: object) => {
      bytes.push(JSON.stringify(request).length);
      return remote.Stage(request, limits);
    },
  });
  return { remote: measured, received, bytes };
}

const proofOf = async (): Promise<ReleaseProof> => NO_PROOF;
const patches = (): ManifestPatches =>
  new ManifestPatches(async (digest) => (digest === sha256(OLDER) ? OLDER : nobodyAsks()));
const source = { release: RELEASE, manifest: NEWER, hostSpec: Buffer.from('spec') };

test('what the host has does not travel again', async () => {
  const { remote, received, bytes } = await host(new Map([[sha256(OLDER), OLDER]]));
  const found = patches();
  const patchOf = (app: string, document: { digest: string; manifest: Uint8Array }) =>
    found.of(app, STATUS as unknown as HostStatus, document);
  await hostCommands({ remote, sources: () => [], peers: () => [], patchOf, proofOf }).stage(COMMAND, source);
  const fleet = { remote: () => remote, host: () => ({ status: STATUS }) as never, patches: found, proofOf };
  expect(await askPreflight(fleet)('pc2', { app: 'a', ...source, strategy: '' }, 5_000)).toMatchObject({
    problems: [],
  });
  expect(received.map((one) => sha256(one))).toEqual([RELEASE.digest, RELEASE.digest]);
  expect(bytes[0]).toBeLessThan(NEWER.length / 4);
});

test.each([
  ['a host that has lost it', async () => patches()],
  ['a coordinator that has lost it', async () => new ManifestPatches(() => Promise.reject(new Error('gone')))],
])('%s: the whole is sent', async (_name, make) => {
  const { remote, received } = await host(new Map());
  const found = await make();
  const patchOf = (app: string, document: { digest: string; manifest: Uint8Array }) =>
    found.of(app, STATUS as unknown as HostStatus, document);
  await hostCommands({ remote, sources: () => [], peers: () => [], patchOf, proofOf }).stage(COMMAND, source);
  expect(received.map((one) => sha256(one))).toEqual([RELEASE.digest]);
});
