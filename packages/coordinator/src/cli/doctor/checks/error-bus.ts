/** Whether what is said at the bus of a host comes out as its event, and reaches the fleet's history. */
import { bad, type Check, eachHost, ok, skipped } from '../check.js';

export const errorBus: Check = {
  name: 'error-bus',
  judge: (fleet) =>
    eachHost(fleet, ({ bus, paths }, { name, inHistory }) => {
      if (bus === undefined) return skipped('nothing was said of it.', name);
      const folder = paths.find(({ what }) => what === 'run_dir')?.path ?? 'RUN_DIR';
      if (!bus.heard) {
        return bad(
          `A test message at the bus of ${name} (${folder}/bus) was not heard: ${bus.reason}. Errors of programs get lost.`,
          `on ${name}: ls -l ${folder}/bus; systemctl restart outrider-sidecar (agents run on)`,
          name,
        );
      }
      if (inHistory === undefined)
        return ok('a test message was heard on the host; whether it travels was not seen', name);
      if (inHistory) return ok('a test message came to the history of the fleet', name);
      return bad(
        `A test message was heard on ${name}, and is not in the history of the fleet: errors are seen there alone.`,
        `see the check redis of ${name}; \`coordinator events -f\` shows what arrives`,
        name,
      );
    }),
};
