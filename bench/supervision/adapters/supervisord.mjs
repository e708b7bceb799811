// supervisord of Debian.
import { Adapter, firstLineOf, onPath } from './adapter.mjs';

export class Supervisord extends Adapter {
  static title = 'supervisord';
  static note = 'startsecs=0, autorestart=true, endless retries, output to files that it rotates; swap: restart';

  static missing = () => (onPath('supervisord') ? undefined : 'supervisord is not installed');
  static version = () => firstLineOf(['supervisord', '--version']);

  async prepare(agents) {
    const { dir } = this;
    this.file('logs/.keep', '');
    const programs = agents.map(
      ({ id, argv }) =>
        `[program:${id}]\ncommand=${argv.join(' ')}\nautorestart=true\nstartsecs=0\nstartretries=1000000\n`,
    );
    this.file(
      'supervisord.conf',
      `[unix_http_server]\nfile=${dir}/control.sock\n` +
        `[supervisord]\nnodaemon=true\nlogfile=${dir}/supervisord.log\npidfile=${dir}/supervisord.pid\n` +
        `childlogdir=${dir}/logs\nminfds=8192\n` +
        `[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n` +
        `[supervisorctl]\nserverurl=unix://${dir}/control.sock\n${programs.join('')}`,
    );
  }

  #ctl = (...words) => this.run(['supervisorctl', '-c', `${this.dir}/supervisord.conf`, ...words]);

  async start() {
    this.spawn(['supervisord', '-c', `${this.dir}/supervisord.conf`]);
  }

  status = async () => (await this.#ctl('status')).out.match(/\bRUNNING\b/g)?.length ?? 0;
  swap = () => this.#ctl('restart', 'web');
}
