/** outrider.v1.Coordinator: everything that is known of one rollout, as an archive. */
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { archive } from './evidence/archive.js';
import { evidenceFiles } from './evidence/files.js';
import { gather } from './evidence/gather.js';
import { findRollout } from './grpc-rollouts.js';
import type { Inside } from './inside.js';

const CHUNK_BYTES = 64 * 1024;

export function evidenceMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, 'Evidence'> {
  return {
    Evidence: async function* (request, { signal }) {
      const rollout = await findRollout(inside, request);
      const gathered = await gather(inside, rollout, signal);
      const data = await archive(rollout.id, evidenceFiles(gathered), Date.parse(gathered.at));
      for (let at = 0; at < data.length; at += CHUNK_BYTES) yield { data: data.subarray(at, at + CHUNK_BYTES) };
    },
  };
}
