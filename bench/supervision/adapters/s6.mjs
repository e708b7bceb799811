// s6 of Debian, with a logger for each service and without.
import { debianVersion, onPath } from './adapter.mjs';
import { Scanned } from './scanned.mjs';

const NOTIFY_FD = 3;

export class S6 extends Scanned {
  static title = 's6';
  static note =
    'one s6-log for each service; agents signal readiness (else it waits 1 s before each restart); swap: restart';

  static missing = () => (onPath('s6-svscan') ? undefined : 's6 is not installed');
  static version = () => debianVersion('s6');

  logger(id) {
    return `s6-log n10 s1000000 ${this.dir}/logs/${id}`;
  }

  dress(id, argv) {
    this.file(`services/${id}/notification-fd`, `${NOTIFY_FD}\n`);
    return [...argv, `NOTIFYFD=${NOTIFY_FD}`];
  }

  async start() {
    this.spawn(['s6-svscan', '-c', '2100', '-t', '0', this.services]);
  }

  async status() {
    const all = await this.run(['sh', '-c', 'for service in "$0"/*; do s6-svstat "$service"; done', this.services]);
    return all.out.match(/^up /gm)?.length ?? 0;
  }

  swap = () => this.run(['s6-svc', '-r', this.service('web')]);
}

export class S6Bare extends S6 {
  static title = 's6-bare';
  static note = 'as s6, without loggers: output of agents is lost';

  logger() {
    return undefined;
  }
}
