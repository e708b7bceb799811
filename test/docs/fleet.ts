/**
 * The fleet of docs/installing.md on a machine of its own, with the very files that the page shows: main-pc is this machine, with
 * the coordinator, and pc2 is beside it. It runs the app `assistants`, whose agents have the names that the docs use. Until it is
 * started (where a page has a fleet of its own, by `coordinator dev`) nothing is done to any fleet.
 */
import { blocksOf } from './commands.js';
import type { Machine } from './machine.js';
import { read } from './pages.js';

const AGENTS = ['vision', 'speech', 'memory', 'web', 'planner'];
/** Made anew by each version; the others stay as they are. */
const CHANGING = new Set(['vision', 'speech']);
const FOLDER = '~/my-agents';

export class Fleet {
  private runs = false;
  /** Versions of `assistants` that there are. */
  private readonly known = new Set<string>();
  private spare = 0;

  constructor(readonly machine: Machine) {}

  /** Where a reader would be who has agents: a folder with agents.yaml in it, in git, and archives of it. */
  async home(): Promise<void> {
    const { machine } = this;
    await machine.must(PROGRAMS);
    await machine.must(`mkdir -p ${FOLDER} ~/.config/fish/completions && cd ${FOLDER}`);
    await write(machine, 'agents.yaml', agentsYaml('assistants', AGENTS));
    await write(machine, 'agent.sh', 'echo "$OUTRIDER_AGENT is ready"\nexec sleep 1000000\n');
    await write(machine, 'version.txt', 'of this folder\n');
    await write(machine, '.gitignore', 'build.*\n');
    await machine.must(
      'git init -q . && git add . && git -c user.name=reader -c user.email=reader@localhost commit -qm first',
    );
    await machine.must(
      'git tag v1.4.0; tar --exclude=.git --exclude="build.*" -czf ~/build.tgz . && mv ~/build.tgz . && cp build.tgz build.tar.gz',
    );
  }

  /** The fleet of docs/getting-started.md, for a page that goes on from there. */
  async develop(): Promise<void> {
    await this.machine.must(DEVELOPED);
  }

  /** Once: installs it as the page says, starts it, and gives it a release and one before that. */
  async start(): Promise<void> {
    if (this.runs) return;
    this.runs = true;
    const { machine } = this;
    await install(machine);
    await machine.must(DAEMONS);
    await this.rolled('0.8.0');
    await this.rolled('0.9.0');
  }

  /** `assistants` has this version, made by nobody whom the docs tell of. */
  async have(version: string, app = 'assistants'): Promise<void> {
    if (!this.runs || (app === 'assistants' && this.known.has(version))) return;
    if (app === 'assistants') this.known.add(version);
    const folder = `~/releases/${app}-${version}`;
    await this.machine.must(
      `mkdir -p ~/releases && cp -r ${FOLDER} ${folder} && echo ${version} > ${folder}/version.txt`,
    );
    if (app !== 'assistants')
      await write(this.machine, `${folder}/agents.yaml`, agentsYaml(app, ['browser', 'search']));
    await this.machine.must(`coordinator release push ${folder} --version ${version}`);
  }

  /** The page has pushed it itself. */
  pushed(version: string): void {
    this.known.add(version);
  }

  /** Every host has it. */
  async rolled(version: string): Promise<void> {
    if (!this.runs) return;
    await this.have(version);
    await this.machine.must(`coordinator rollout --version ${version} --app assistants --bake 0s`);
  }

  /** What an earlier page has left is over: no host is held. */
  async settle(): Promise<void> {
    if (this.runs) await this.machine.must('coordinator host resume --all');
  }

  /** Every host has another release than before, so that there is something to go back to. Returns its version. */
  async ahead(): Promise<string> {
    const version = this.next();
    await this.settle();
    await this.rolled(version);
    return version;
  }

  /** A rollout is under way, with its first host on trial, for longer than anybody reads. */
  async underWay(): Promise<void> {
    const { machine } = this;
    if (!this.runs) return;
    if ((await machine.run('coordinator rollout status | grep -Eq "is on trial|paused"')).code === 0) return;
    const version = this.next();
    await this.have(version);
    await machine.must(`coordinator rollout --version ${version} --bake 10m --detach`);
    await machine.must('until coordinator rollout status | grep -q "is on trial"; do sleep 0.1; done');
  }

  private next(): string {
    this.spare += 1;
    return `0.9.${this.spare}`;
  }
}

/** Both programs, settings and token where the page puts them; what the page has put there itself is left. */
async function install(machine: Machine): Promise<void> {
  const [sidecar, coordinator] = blocksOf(read('docs/installing.md'))
    .filter(({ language }) => language === 'yaml')
    .map(({ lines }) => `${lines.join('\n')}\n`);
  if (sidecar?.includes('host: pc2') !== true || coordinator?.includes('main-pc: {') !== true)
    throw new Error('docs/installing.md does not begin with the settings of pc2 and of a coordinator any more.');
  await machine.must(PLACES);
  await write(machine, '/etc/outrider/coordinator.yaml', coordinator);
  await write(
    machine,
    '/etc/outrider/sidecar.yaml',
    sidecar.replace('host: pc2', 'host: main-pc').replace('10.0.0.12', '10.0.0.11'),
  );
  await write(machine, '/etc/outrider/pc2.yaml', sidecar + BESIDE);
}

const PROGRAMS = String.raw`bin=$(dirname "$HOME")/bin
ln -sf /opt/outrider/packages/coordinator/bin/coordinator.js $bin/coordinator
ln -sf /opt/outrider/packages/sidecar/bin/sidecar.js $bin/sidecar`;

const PLACES = String.raw`mkdir -p /etc/outrider /var/log/outrider ~/releases
(umask 077; mkdir -p /run/pc2; [ -e /etc/outrider/fleet-token ] || head -c 32 /dev/urandom | base64 > /etc/outrider/fleet-token)`;

const DEVELOPED = String.raw`coordinator dev > /var/log/dev.log 2>&1 &
for _ in $(seq 600); do grep -q '^Ready' /var/log/dev.log && break; sleep 0.1; done
grep -q '^Ready' /var/log/dev.log || { cat /var/log/dev.log; false; }`;

/** Of a second host on the same machine: folders of its own, and none of the addresses of the first. */
const BESIDE = `data_dir: /var/lib/pc2
run_dir: /run/pc2/run
log_dir: /var/log/pc2
listen:
  grpc: ['10.0.0.12:7070']
  http: ['10.0.0.12:8080']
  metrics: ['10.0.0.12:8000']
  zmq: { question: ['10.0.0.12:5555'], events: ['10.0.0.12:5556'] }
`;

/** What the units start. Resolves when both hosts are up. */
const DAEMONS = String.raw`
redis-server --bind 10.0.0.11 127.0.0.1 --protected-mode no --save '' --dir "$TMPDIR" > /var/log/redis.log 2>&1 &
# More than a reader has: pages push on and on here, and what one has pushed the next may ask for.
OUTRIDER_COORDINATOR__KEEP_RELEASES=200 coordinator serve > /var/log/coordinator.log 2>&1 &
sidecar run > /var/log/main-pc.log 2>&1 &
OUTRIDER_RENDEZVOUS=/run/pc2/notes sidecar run --config /etc/outrider/pc2.yaml > /var/log/pc2.log 2>&1 &
for _ in $(seq 600); do
  [ "$(curl -s http://127.0.0.1:7777/hosts | grep -o '"state":"up"' | wc -l)" = 2 ] && break
  sleep 0.1
done
[ "$(curl -s http://127.0.0.1:7777/hosts | grep -o '"state":"up"' | wc -l)" = 2 ] || { tail -n 20 /var/log/*.log; false; }`;

const write = (machine: Machine, file: string, text: string): Promise<string> =>
  machine.must(`printf %s '${Buffer.from(text).toString('base64')}' | base64 -d > ${file}`);

function agentsYaml(app: string, names: readonly string[]): string {
  const agents = names.map((name) => {
    const files = CHANGING.has(name) ? 'agent.sh, version.txt' : 'agent.sh';
    return [
      `  ${name}:`,
      '    command: [sh, agent.sh]',
      `    files: [${files}]`,
      '    stop_grace_period: 2s',
      '    healthcheck:',
      '      - { exec: [test, -s, agent.sh], interval: 30s }',
      '      - { exec: [test, -s, agents.yaml], interval: 30s, level: deep }',
    ].join('\n');
  });
  return `app: ${app}\nagents:\n${agents.join('\n')}\n`;
}
