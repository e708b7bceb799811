/**
 * What must be so before a command of the docs is run, and how it is run where that is not simply to its end with exit code 0.
 * Every entry says why, and `commands.test.ts` fails where one is of use to no command.
 */
import type { Command } from './commands.js';
import type { Fleet } from './fleet.js';

export interface Rule {
  /** Of the command without its remark. */
  readonly match: RegExp;
  /** Only there. */
  readonly page?: string;
  readonly why: string;
  readonly before?: (fleet: Fleet) => Promise<unknown>;
  readonly after?: (fleet: Fleet) => Promise<unknown>;
  /** What the reader puts in the place of a name that stands for something, or leaves out. */
  readonly change?: readonly [from: RegExp, to: string];
  /** Exit codes that are as they should be. */
  readonly code?: readonly number[];
  /** It goes on until Ctrl-C. */
  readonly follows?: true;
}

const shell =
  (text: string): NonNullable<Rule['before']> =>
  ({ machine }) =>
    machine.must(text);

const INTERRUPTED = 130;

export const RULES: readonly Rule[] = [
  // Placeholders.
  { match: /\bRUN_DIR\b/, change: [/\bRUN_DIR\b/g, '/run/outrider'], why: 'the default of `run_dir`' },
  { match: /\bevidence ID\b/, change: [/\bID\b/, 'r1'], why: 'ids of rollouts begin with r1' },
  { match: /\bsudo /, change: [/\bsudo /g, ''], why: 'whoever runs this machine is its root' },
  {
    match: /&& systemctl daemon-reload$/,
    change: [/ && systemctl daemon-reload$/, ''],
    why: 'no systemd is here: exceptions.ts',
  },
  { match: /^ssh builder cat /, change: [/^ssh builder /, ''], why: 'no other machine is there; the archive is here' },

  { match: /completion zsh/, change: [/^source <\((.*)\)/, '$1'], why: 'the shell of this machine is bash' },

  // Nobody is there to wait or to be asked.
  {
    match: /coordinator rollout --version (?!.*--bake)/,
    change: [/(coordinator rollout --version \S+)/g, '$1 --bake 1s'],
    why: 'no host is watched for half a minute; in the plan too, so that it is the same plan',
  },
  {
    match: /(coordinator|sidecar) emergency(?!.*--yes)/,
    change: [/((?:coordinator|sidecar) emergency)/, '$1 --yes'],
    why: 'on a terminal it asks; nobody can be asked here',
  },
  {
    match: /^(coordinator|sidecar) (logs|events|errors)\b.* (-f|--follow)\b/,
    follows: true,
    code: [INTERRUPTED],
    why: 'it follows until Ctrl-C',
  },

  { match: /^curl .*follow=1/, follows: true, code: [INTERRUPTED], why: 'it follows until Ctrl-C' },

  // What it is about has to be there.
  {
    match: /^coordinator (rollback|emergency)(?! --(to|plan))/,
    before: (fleet) => fleet.ahead(),
    why: 'there is something to go back from',
  },
  {
    match: /^coordinator rollback --to 1\.4\.0/,
    before: async (fleet) => {
      await fleet.rolled('1.4.0');
      await fleet.ahead();
    },
    why: 'a way back leads to what hosts have had',
  },
  {
    match: /^coordinator rollout (pause|resume|promote|abort)/,
    before: (fleet) => fleet.underWay(),
    why: 'a rollout is under way',
  },
  { match: /^coordinator release verify 1\.1\.0/, before: (fleet) => fleet.rolled('1.1.0'), why: 'the hosts have it' },
  { match: /--app assistants,tools/, before: (fleet) => fleet.have('1.4.0', 'tools'), why: 'there are two apps' },
  {
    match: /^sidecar import/,
    before: async ({ machine }) => {
      await machine.must(LEGACY);
    },
    why: 'there is what another supervisor runs today',
    code: [0, 30],
  },
  { match: / (deploy|examples)\//, before: shell('cd /opt/outrider'), why: 'the reader is in the clone' },
  { match: /^cp -r deploy\/prometheus/, before: shell('mkdir -p /etc/prometheus'), why: 'Prometheus is installed' },
  {
    match: /rules\.mjs overrides\.yml/,
    before: shell('cp deploy/prometheus/overrides.example.yml overrides.yml'),
    why: 'the reader has written it',
  },
  {
    match: /python3 health_check\.py/,
    before: shell('cd /opt/outrider && cp test/fixtures/health_check.py .'),
    code: [0, 1],
    why: 'it says that Prometheus is unhealthy, of which there is none here; test/e2e/health-check.test.ts has one',
  },
  { match: /^systemd-notify/, before: shell(NOTIFIED()), why: 'a sidecar listens to the agent that says it' },
  {
    match: /examples\/sockets --version/,
    before: shell(WITHOUT_SERVERS()),
    why: 'what this machine has not is left out, as the page says',
  },
  { match: /PATH="\$PWD\/node_modules/, before: shell('cd /opt/outrider'), why: 'the reader is in the clone' },
  {
    match: /^coordinator dev\b.*&$/,
    after: shell('for _ in $(seq 600); do grep -q "^Ready" "$(dirname "$HOME")"/said/* && break; sleep 0.1; done'),
    why: 'the reader waits until it says that it is ready',
  },

  // Other exit codes.
  { match: /--plan(?!.*\|)/, before: (fleet) => fleet.ahead(), code: [10], why: 'there is something to do' },
  { match: /^coordinator rollout status/, code: [0, 20, 21], why: 'the exit code is that of the rollout' },
  { match: /^coordinator doctor/, code: [0, 30], why: 'a machine that is busy with tests may be called busy' },
];

/** Programs of others that a machine may be without; then the calls of ours are still held against the parser. */
export const OPTIONAL = ['jq', 'promtool', 'systemd-notify', 'git', 'man'];

export const rulesFor = (command: Command, rules: readonly Rule[] = RULES): Rule[] =>
  rules.filter(({ match, page }) => (page === undefined || page === command.page) && match.test(bare(command.text)));

/** Without the remark at its end. */
export const bare = (text: string): string =>
  text.replace(/\s+# .*$/s, (end) => (end.includes('\n') ? end : '')).trim();

const LEGACY = String.raw`mkdir -p ~/legacy /etc/supervisor && cd ~/legacy && rm -f agents.yaml
echo 'module.exports = { apps: [{ name: "web", script: "server.js", env_production: { PORT: 8080 } }] };' > ecosystem.config.js
printf '[program:spider]\ncommand=python3 spider.py\n' > /etc/supervisor/supervisord.conf
printf 'web: python3 -m http.server 18080\n' > Procfile
printf 'services:\n  web:\n    image: python:3\n    command: python3 -m http.server\n' > compose.yaml`;

/** A socket as a sidecar has it for each agent. */
function NOTIFIED(): string {
  const program =
    "import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind('/run/notify')\nwhile True: s.recv(4096)";
  return `python3 -c "${program}" & export NOTIFY_SOCKET=/run/notify; until [ -S /run/notify ]; do sleep 0.05; done`;
}

function WITHOUT_SERVERS(): string {
  const leftOut = (name: string): string =>
    `[ -x /usr/bin/${name} ] || sed -i '/^  ${name}:/,/^$/d' examples/sockets/agents.yaml`;
  return `${leftOut('uvicorn')}; ${leftOut('gunicorn')}; true`;
}
