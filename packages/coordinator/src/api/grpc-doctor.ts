/** outrider.v1.Coordinator: what it sees of itself, and what its hosts see. Judges nothing. */
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import { writeDiagnosis } from '@outrider/shared/rpc/codec.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { hostNamed } from './agents-on-hosts.js';
import { optionalName } from './fields.js';
import type { Inside } from './inside.js';

export function doctorMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, 'Diagnose' | 'AskHosts'> {
  return {
    Diagnose: async ({ host }, { signal }) => {
      const name = optionalName('host', host);
      if (name === '') return writeDiagnosis(await inside.self());
      return writeDiagnosis(await inside.sidecars.diagnose(hostNamed(inside, name), signal));
    },
    AskHosts: async ({ host, endpoints }, { signal }) => ({
      answers: [...(await inside.sidecars.askHosts(hostNamed(inside, optionalName('host', host)), endpoints, signal))],
    }),
  };
}
