/** What a host is told when it is to read a release again, over real gRPC. */
import { sidecarProto } from '@outrider/shared/rpc/loader.js';
import { connectSidecar, type SidecarRemote } from '@outrider/shared/rpc/client.js';
import { type GrpcServer, startGrpcServer } from '@outrider/shared/rpc/server.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyOnHost, type VerifyOnHostOptions } from './verify-release.js';

const TOKEN = 'a-token-of-some-length';
const RELEASE = { app: 'shop', version: '1.0.0', digest: 'a'.repeat(64), files: 1, bytes: 1, pushedAt: '', by: 'ann' };
const RESULT = { damaged: ['a.py'], mended: ['a.py'], problems: [], files: 1, bytes: 1 };
const PEERS = [{ host: 'pc3', endpoint: '10.0.0.3:7070', hasIt: true }];

let asked: { manifest: Buffer; hostSpecs: Buffer[]; peers: unknown; sources: string[] }[];
let server: GrpcServer;
let remote: SidecarRemote;

beforeEach(async () => {
  asked = [];
  const proto = sidecarProto();
  const { service } = proto.types.outrider.v1.Sidecar;
  const absent = (): never => {
    throw new OutriderError('invalid', 'Nobody asks for it here.');
  };
  async function* Verify(ask: (typeof asked)[number]) {
    asked.push(ask);
    yield { bytesDone: 1, bytesTotal: 1, result: RESULT };
  }
  server = await startGrpcServer({
    ...{ service, proto, listen: ['127.0.0.1:0'], tokens: () => [TOKEN], open: new Set() },
    implementation: { ...Object.fromEntries(Object.keys(service).map((name) => [name, absent])), Verify },
    onBug: (error) => console.error(error),
  });
  remote = connectSidecar({ endpoint: server.addresses[0] ?? '', token: TOKEN });
});
afterEach(async () => {
  remote.close();
  await server.close();
});

async function verify(more: Partial<VerifyOnHostOptions> = {}): Promise<unknown> {
  const options: VerifyOnHostOptions = {
    remote: (name) => (name === 'pc2' ? remote : undefined),
    sources: () => ['10.0.0.1:7077'],
    manifest: async () => Buffer.from('a manifest'),
    hostSpecs: async () => ['one', 'two'],
    peers: () => PEERS,
    ...more,
  };
  let last: unknown;
  for await (const told of verifyOnHost('pc2', RELEASE, options, new AbortController().signal)) last = told.result;
  return last;
}

test('the manifest, what it was given to run, and who has the contents', async () => {
  expect(await verify()).toEqual(RESULT);
  expect(asked).toMatchObject([{ peers: PEERS, sources: ['10.0.0.1:7077'] }]);
  expect(asked[0]?.manifest.toString()).toBe('a manifest');
  expect(asked[0]?.hostSpecs.map(String)).toEqual(['one', 'two']);
});

test('where the coordinator has lost the manifest, the one of the host has to do', async () => {
  const lost = async (): Promise<never> => {
    throw new OutriderError('refused', 'The manifest was damaged on the disk.');
  };
  expect(await verify({ manifest: lost })).toEqual(RESULT);
  expect(asked[0]?.manifest).toHaveLength(0);
});
