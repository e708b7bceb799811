// runit of Debian, with a logger for each service and without.
import { debianVersion, onPath } from './adapter.mjs';
import { Scanned } from './scanned.mjs';

export class Runit extends Scanned {
  static title = 'runit';
  static note = 'one svlogd for each service; swap: restart';

  static missing = () => (onPath('runsvdir') ? undefined : 'runit is not installed');
  static version = () => debianVersion('runit');

  logger(id) {
    return `svlogd ${this.dir}/logs/${id}`;
  }

  async start() {
    this.spawn(['runsvdir', '-P', this.services]);
  }

  async status() {
    const all = await this.run(['sh', '-c', 'sv status "$0"/*', this.services]);
    return all.out.match(/^run: /gm)?.length ?? 0;
  }

  swap = () => this.run(['sv', 'restart', this.service('web')]);
}

export class RunitBare extends Runit {
  static title = 'runit-bare';
  static note = 'as runit, without loggers: output of agents is lost';

  logger() {
    return undefined;
  }
}
