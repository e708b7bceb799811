// What s6 and runit have in common: a folder for each service in one that is scanned, and a helper process for each.
import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Adapter, quoted } from './adapter.mjs';

const AN_HOUR_S = 3_600;

export class Scanned extends Adapter {
  /** The command that takes a service's output; undefined: nobody does. */
  logger() {
    return undefined;
  }

  /** Words and files that a service has besides. */
  dress(_id, argv) {
    return argv;
  }

  services = join(this.dir, 'services');
  service = (id) => join(this.services, id);

  async prepare(agents) {
    for (const { id, argv } of agents) {
      this.file(`services/${id}/run`, `#!/bin/sh\nexec ${quoted(this.dress(id, argv))}\n`, 0o755);
      const logger = this.logger(id);
      if (logger === undefined) continue;
      mkdirSync(join(this.dir, 'logs', id), { recursive: true });
      this.file(`services/${id}/log/run`, `#!/bin/sh\nexec ${logger}\n`, 0o755);
    }
    // runsvdir waits a second where its folder has changed just now; that of a machine that boots has not.
    const old = Date.now() / 1000 - AN_HOUR_S;
    utimesSync(this.services, old, old);
  }
}
