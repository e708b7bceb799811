/** outrider.v1.Coordinator: everything back at once, and the end of a hold. */
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { takeAllBack } from './emergency.js';
import { names, who } from './fields.js';
import { resumeHosts } from './held-hosts.js';
import type { Inside } from './inside.js';

export function holdMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, 'Emergency' | 'ResumeHosts'> {
  return {
    Emergency: async ({ by }) => {
      const { rollbacks, reasons, again = false } = await takeAllBack(inside, {}, who(by));
      return { rollbacks: rollbacks.map((one) => ({ ...one })), reasons: [...reasons], again };
    },
    ResumeHosts: async ({ hosts, by }) => {
      const resumed = await resumeHosts(inside, names('hosts', hosts), who(by));
      return { hosts: resumed.map((one) => ({ ...one })) };
    },
  };
}
