/** outrider.v1.Coordinator: who has signed a release, and whether it is still what it was. */
import type { Release } from '@outrider/shared/domain/release.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import { readSignatures, writeRelease, writeVerifyProgress } from '@outrider/shared/rpc/codec.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { type Told, toldOnTheWay } from '@outrider/shared/runtime/told-on-the-way.js';
import { hostNamed } from './agents-on-hosts.js';
import { optionalName, refuse, versionOrWord } from './fields.js';
import { findRelease } from './grpc-releases.js';
import type { Inside } from './inside.js';

const MOST_SIGNATURES = 16;

type Methods = 'SignRelease' | 'VerifyRelease';

export function trustMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, Methods> {
  const { publishing, verifying } = inside;
  return {
    SignRelease: async ({ app, version, signatures }) => {
      const many = signatures.length === 0 || signatures.length > MOST_SIGNATURES;
      if (many) refuse('signatures', `1 to ${MOST_SIGNATURES}, not ${signatures.length}`);
      const release = await releaseOf(inside, app, version);
      const agents = sha256(await publishing.agentsText(release.digest));
      await verifying.sign(release, agents, readSignatures(signatures));
      return writeRelease(await releaseOf(inside, release.app, release.version));
    },
    VerifyRelease: async function* ({ app, version, host }, { signal }) {
      const release = await releaseOf(inside, app, version);
      const name = optionalName('host', host);
      for await (const told of verified(inside, release, name, signal)) yield writeVerifyProgress(told);
    },
  };
}

const releaseOf = (inside: Inside, app: string, version: string): Promise<Release> =>
  findRelease(inside, optionalName('app', app), versionOrWord('version', version));

function verified(
  inside: Inside,
  release: Release,
  host: string,
  signal: AbortSignal,
): AsyncIterable<Told<VerifyResult>> {
  const { verifying } = inside;
  if (host === '') return toldOnTheWay((tell) => verifying.here(release, tell, signal));
  hostNamed(inside, host);
  return verifying.onHost(host, release, signal);
}
