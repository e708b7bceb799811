import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../runtime/problem.js';
import { agentsFromYaml, compileAgentsYaml } from './agents-yaml.js';

const problemsOf = (text: string): string[] => {
  const compiled = compileAgentsYaml(text);
  return compiled.ok ? [] : compiled.problems.map(formatProblem);
};
/** The one problem of an agent `a` with these further lines; its own line is 3, the first of them 4. */
const agentProblem = (...lines: string[]): string[] =>
  problemsOf(
    ['agents:', '  a:', '    command: x', ...lines.map((line) => `    ${line}`), '  memory: { command: y }'].join('\n'),
  );
const agent = (...lines: string[]) =>
  agentsFromYaml(['agents:', '  a:', '    command: x', ...lines.map((line) => `    ${line}`)].join('\n')).agents[0];

describe('compileAgentsYaml', () => {
  it('reads the example of the repository', () => {
    const file = new URL('../../../../examples/assistants/agents.yaml', import.meta.url);
    const { app, agents } = agentsFromYaml(readFileSync(file, 'utf8'));
    expect(app).toBe('assistants');
    expect(agents.length).toBeGreaterThan(5);
  });

  it('fills in what is left out', () => {
    expect(agentsFromYaml('agents: { a: { command: "python3 -u \'my agent.py\'" } }')).toEqual({
      app: 'default',
      agents: [
        {
          name: 'a',
          command: ['python3', '-u', 'my agent.py'],
          hosts: [],
          replicas: 1,
          environment: {},
          workingDir: '.',
          dependsOn: [],
          files: [],
          healthchecks: [],
          restart: { kind: 'always' },
          stopSignal: 'SIGTERM',
          stopGraceMs: 10_000,
          order: 'stop-first',
          parallelism: 1,
          sockets: [],
        },
      ],
    });
  });

  it('reads every form there is', () => {
    const text = `
x-check: &check { interval: 1s, timeout: 500ms, retries: 5, start_period: 1m30s }
app: assistants
agents:
  registry: { command: [registry] }
  vision:
    description: looks
    command: [node, "a b.js"]
    hosts: [pc2, gpu=true]
    replicas: 3
    environment: { A: 1.10, B: true, C: text }
    working_dir: src/
    depends_on: { registry: { condition: service_started }, plain: {} }
    files: ["src/**"]
    healthcheck:
      - { <<: *check, zmq: { connect: "tcp://127.0.0.1:1" }, for: readiness, level: deep }
      - { <<: *check, http: { url: "http://\${OUTRIDER_HOST_ADDRESS}:80/x", status: 204 }, for: [startup, liveness], critical: false }
      - { tcp: { address: "[::1]:80" } }
      - { exec: "sh -c 'exit 0'" }
      - { heartbeat: { within: 10s }, level: performance }
      - { notify: true }
      - { notify: { watchdog: 10s } }
      - { grpc: { address: "\${OUTRIDER_HOST_ADDRESS}:50051", service: memory }, level: performance, timeout: 1s }
      - { grpc: { address: "h:1" }, slow: 100ms }
    restart: on-failure:5
    stop_signal: SIGINT
    stop_grace_period: 1m
    update_config: { parallelism: 2 }
    sockets: [{ name: http, listen: "127.0.0.1:8081" }, { name: unix, listen: /run/x.sock }]
  plain:
    command: x
    environment: ["A=1=2", "B="]
    depends_on: [registry]
    restart: "no"
    update_config: { order: start-first }
`;
    const { agents } = agentsFromYaml(text);
    const told = agents[1]?.healthchecks.filter(({ method }) => ['heartbeat', 'notify'].includes(method.kind));
    expect(told?.map(({ slowMs }) => slowMs)).toEqual([undefined, undefined, undefined]);
    expect(agents[1]).toMatchObject({
      hosts: ['pc2', 'gpu=true'],
      environment: { A: '1.10', B: 'true', C: 'text' },
      dependsOn: [
        { agent: 'registry', condition: 'service_started' },
        { agent: 'plain', condition: 'service_healthy' },
      ],
      healthchecks: [
        {
          method: { kind: 'zmq', connect: 'tcp://127.0.0.1:1', send: 'health_check', expect: 'healthy' },
          purposes: ['readiness'],
          level: 'deep',
          critical: true,
          intervalMs: 1_000,
          timeoutMs: 500,
          retries: 5,
          startPeriodMs: 90_000,
        },
        { method: { kind: 'http', status: 204 }, purposes: ['startup', 'liveness'], critical: false },
        { method: { kind: 'tcp', address: '[::1]:80' }, intervalMs: 5_000, startPeriodMs: 60_000 },
        { method: { kind: 'exec', command: ['sh', '-c', 'exit 0'] } },
        { method: { kind: 'heartbeat', withinMs: 10_000 } },
        { method: { kind: 'notify' } },
        { method: { kind: 'notify', watchdogMs: 10_000 } },
        { method: { kind: 'grpc', address: '${OUTRIDER_HOST_ADDRESS}:50051', service: 'memory' }, slowMs: 500 },
        { method: { kind: 'grpc', address: 'h:1', service: '' }, slowMs: 100 },
      ],
      restart: { kind: 'on-failure', max: 5 },
      stopGraceMs: 60_000,
      order: 'start-first',
      parallelism: 2,
    });
    expect(agents[2]).toMatchObject({
      environment: { A: '1=2', B: '' },
      dependsOn: [{ agent: 'registry', condition: 'service_healthy' }],
      restart: { kind: 'no' },
      order: 'start-first',
    });
  });

  it('reads limits and rights, and leaves out what is not said', () => {
    const limits =
      'resources: { memory: 1.5G, cpus: "0.5", pids: 64, open_files: 4096, reservations: { memory: 1G, cpus: 0.25 } }';
    expect(agent('user: aiuser:staff', limits, 'no_new_privileges: false', 'secrets: [KEY]')).toMatchObject({
      user: 'aiuser:staff',
      resources: {
        memoryBytes: 1.5 * 1024 ** 3,
        cpus: 0.5,
        pids: 64,
        openFiles: 4096,
        reservations: { memoryBytes: 1024 ** 3, cpus: 0.25 },
      },
      noNewPrivileges: false,
      secrets: ['KEY'],
    });
    expect(agent('resources: { memory: 67108864 }')?.resources).toEqual({ memoryBytes: 64 * 1024 ** 2 });
    const plain = agent('no_new_privileges: true', 'secrets: []');
    expect(Object.keys(plain ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(user|resources|noNewPrivileges|secrets)$/)]),
    );
    const dependent = 'b: { command: x, depends_on: { a: { restart: true }, c: { restart: false } } }';
    const { agents } = agentsFromYaml(`agents: { a: { command: x }, ${dependent}, c: { command: x } }`);
    expect(agents[1]?.dependsOn).toEqual([
      { agent: 'a', condition: 'service_healthy', restart: true },
      { agent: 'c', condition: 'service_healthy' },
    ]);
  });

  it('reads how many instances there are: a number, or bounds and what a host scales by', () => {
    expect(agent('replicas: 3')).toMatchObject({ replicas: 3 });
    expect(agent('replicas: 3')).not.toHaveProperty('scaling');
    const bounds = agent('replicas: { min: 2, max: 10 }');
    expect(bounds).toMatchObject({ replicas: 2, scaling: { min: 2, max: 10, targets: [], cooldownMs: 60_000 } });
    const whole = agent(
      'replicas: { min: 1, max: 4, target: { cpu: 70%, memory: 80.5%, queue_length: 5 }, cooldown: 5s }',
      'resources: { memory: 1G }',
    );
    expect(whole?.scaling).toEqual({
      ...{ min: 1, max: 4, cooldownMs: 5_000 },
      targets: [
        { metric: 'cpu', value: 70 },
        { metric: 'memory', value: 80.5 },
        { metric: 'bus:queue_length', value: 5 },
      ],
    });
  });

  it('reads sockets of every kind, and modes as numbers', () => {
    const text =
      'sockets: [{ name: a, listen: "[::1]:1" }, { name: b, listen: "@b" }, { name: c, listen: /c, mode: "0600" }]';
    expect(agent(text)?.sockets).toEqual([
      { name: 'a', listen: '[::1]:1' },
      { name: 'b', listen: '@b' },
      { name: 'c', listen: '/c', mode: 0o600 },
    ]);
  });

  it('keeps one agent with sockets from stopping first, unless it wants to', () => {
    expect(agent('sockets: [{ name: s, listen: "127.0.0.1:1" }]')?.order).toBe('start-first');
    expect(agent('sockets: [{ name: s, listen: "127.0.0.1:1" }]', 'update_config: { order: stop-first }')?.order).toBe(
      'stop-first',
    );
  });

  it.each<[string[], RegExp]>([
    [
      ['depends_on:', '  - memry'],
      /^agents\.yaml:5: agents\.a\.depends_on names "memry", which is no agent of this app\. Did you mean "memory"\?$/,
    ],
    [['depends_on: { memry: {} }'], /^agents\.yaml:4: agents\.a\.depends_on names "memry"/],
    [['depends_on: [a]'], /:4: agents\.a\.depends_on names the agent itself\.$/],
    [['depends_on: { memory: { condition: ready } }'], /condition must be service_started, service_healthy/],
    [['depends_on: { memory: { condition: service_completed_successfully } }'], /is not supported yet/],
    [['depends_on: { memory: { restart: always } }'], /depends_on\.memory\.restart must be true or false/],
    [['replicsa: 2'], /:4: agents\.a\.replicsa is not known\. Did you mean "replicas"\?$/],
    [['env: { A: b }'], /:4: agents\.a\.env is not known here: use "environment"\.$/],
    [['replicas: 1001'], /:4: agents\.a\.replicas must be a whole number from 0 to 1000, not 1001\.$/],
    [['replicas: many'], /:4: agents\.a\.replicas must be a whole number from 0 to 1000, or bounds such as \{ min/],
    [['replicas: { min: 1 }'], /:4: agents\.a\.replicas\.max is missing: it must be a whole number from 1 to 1000\.$/],
    [['replicas: { min: 0, max: 3 }'], /:4: agents\.a\.replicas\.min must be a whole number from 1 to 1000, not 0\.$/],
    [['replicas: { min: 3, max: 2 }'], /:4: agents\.a\.replicas\.max must be at least min, not 2\.$/],
    [['replicas: { minimum: 1, max: 2 }'], /agents\.a\.replicas\.minimum is not known here: use "min"\./],
    [
      ['replicas: { min: 1, max: 2, target: {} }'],
      /replicas\.target names nothing to scale by, such as \{ cpu: 70% \}\.$/,
    ],
    [
      ['replicas: { min: 1, max: 2, target: { cpu: 70 } }'],
      /agents\.a\.replicas\.target\.cpu must be from 1% to 1000%, such as 70%, not 70\.$/,
    ],
    [
      ['replicas: { min: 1, max: 2, target: { memory: 120% } }', 'resources: { memory: 1G }'],
      /agents\.a\.replicas\.target\.memory must be from 1% to 100%, such as 70%, not "120%"\.$/,
    ],
    [
      ['replicas: { min: 1, max: 2, target: { memory: 80% } }'],
      /:4: agents\.a\.replicas\.target\.memory is a share of resources\.memory, which is not set: set it, or leave this out\.$/,
    ],
    [
      ['replicas: { min: 1, max: 2, target: { queue_length: 0 } }'],
      /target\.queue_length must be a number above 0: so much of the metric queue_length for each instance, not 0\.$/,
    ],
    [['replicas: { min: 1, max: 2, target: { "a b": 1 } }'], /target\.a b is neither cpu nor memory nor the name of a/],
    [
      ['replicas: { min: 1, max: 2, cooldown: 1ms }'],
      /replicas\.cooldown must be a duration from 1s to 24h, not 1ms\.$/,
    ],
    [
      ['user: "me too"'],
      /:4: agents\.a\.user must be a user of the host: NAME, UID, NAME:GROUP or UID:GID, not "me too"/,
    ],
    [['user: [me]'], /user must be a user of the host/],
    [['resources: { memory: lots }'], /resources\.memory must be a size such as 512M or 2G .* not "lots"/],
    [['resources: { memory: 1K }'], /resources\.memory must be at least 1M/],
    [['resources: { memory: -5 }'], /resources\.memory must be a whole number from 1/],
    [['resources: { cpus: 0 }'], /resources\.cpus must be a number of cores such as 0\.5/],
    [['resources: { cpus: many }'], /resources\.cpus must be a number of cores/],
    [['resources: { pids: 0 }'], /resources\.pids must be a whole number from 1/],
    [['resources: { open_files: 3 }'], /resources\.open_files must be a whole number from 16/],
    [['resources: { memry: 1G }'], /resources\.memry is not known\. Did you mean "memory"\?/],
    [['resources: { reservations: { memory: 1K } }'], /resources\.reservations\.memory must be at least 1M/],
    [['resources: { reservations: { pids: 1 } }'], /resources\.reservations\.pids is not known/],
    [['no_new_privileges: 1'], /no_new_privileges must be true or false/],
    [['secrets: [openai]'], /secrets\[0\] must be a name of capital letters/],
    [['secrets: [OUTRIDER_HOST]'], /secrets\[0\] must be a name of capital letters/],
    [['secrets: [KEY, KEY]'], /secrets\[1\] "KEY" is there twice/],
    [['secrets: [KEY]', 'environment: { KEY: x }'], /secrets\[0\] "KEY" is a variable of this agent too/],
    ...['profiles: []', 'image: x'].map((line): [string[], RegExp] => [
      [line],
      /:4: agents\.a\.\w+ is not supported yet by this version of Outrider\.$/,
    ]),
    [['driver: podman'], /driver podman is not supported yet/],
    [['driver: docker'], /driver must be process or podman, not "docker"/],
    [['restart: sometimes'], /restart must be always, on-failure, on-failure:N/],
    [['restart: unless-stopped'], /restart must be always: /],
    [['stop_signal: TERM'], /stop_signal must be SIGTERM, /],
    [['stop_grace_period: 10'], /stop_grace_period must be a duration such as 500ms, .* not 10\.$/],
    [['stop_grace_period: 2h'], /must be a duration from 0s to 1h, not 2h\.$/],
    [['hosts: pc2'], /hosts must be a list, such as \[main-pc\], not "pc2"\.$/],
    [['hosts: [PC2]'], /:4: agents\.a\.hosts\[0\] must be the name of a host/],
    [['working_dir: /etc'], /working_dir must be a folder inside the release/],
    [['files: ["../x"]'], /files\[0\] must be a glob inside the release/],
    [['environment: { OUTRIDER_HOST: x }'], /environment\.OUTRIDER_HOST is set by Outrider itself/],
    [['environment: { "A B": x }'], /is no name of a variable/],
    [['environment: ["__proto__=x"]'], /environment\[0\] has __proto__, which is no name of a variable here/],
    [
      [`environment: { A: ${'x'.repeat(131_070)} }`],
      /environment\.A has 131072 bytes, and Linux gives a program at most/,
    ],
    [['environment: { A: [1] }'], /environment\.A must be a text, a number, true or false, not a list/],
    [['environment: ["A"]'], /environment\[0\] must be KEY=VALUE, not "A"/],
    [['environment: { A: "${B" }'], /environment\.A has "\$\{B", which is no reference/],
    [['environment: { A: "${OUTRIDER_HOTS}" }'], /which no host knows\. Did you mean "OUTRIDER_HOSTS"\?/],
    [
      ['healthcheck: { interval: 1s }'],
      /:4: agents\.a\.healthcheck says no way to ask: give it one of zmq, http, tcp, grpc, exec, heartbeat, notify\.$/,
    ],
    [['healthcheck: { tcp: { address: "h:1" }, exec: x }'], /asks in two ways, tcp and exec/],
    [['healthcheck: { notify: false }'], /healthcheck\.notify must be true, or \{ watchdog: 10s \}, not false\.$/],
    [['healthcheck: { notify: always }'], /healthcheck\.notify must be true, or \{ watchdog: 10s \}, not "always"/],
    [['healthcheck: { notify: [] }'], /healthcheck\.notify must be true, or \{ watchdog: 10s \}, not a list/],
    [['healthcheck: { notify: { watchdog: soon } }'], /healthcheck\.notify\.watchdog must be a duration/],
    [['healthcheck: { notify: { watchdog: 10ms } }'], /healthcheck\.notify\.watchdog must be a duration from 100ms/],
    [['healthcheck: { notify: { wachdog: 1s } }'], /notify\.wachdog is not known\. Did you mean "watchdog"\?/],
    [['healthcheck: { notify: true, watchdog: 5s }'], /watchdog is not known here: use "notify: \{ watchdog \}"\./],
    [['healthcheck: { notify: true, tcp: { address: "h:1" } }'], /asks in two ways, tcp and notify/],
    [
      ['healthcheck: { notify: true, for: liveness }'],
      /healthcheck\.for is liveness alone, of which notify says nothing/,
    ],
    [['healthcheck: { grpc: "h:1" }'], /healthcheck\.grpc must be a map, not "h:1"/],
    [['healthcheck: { grpc: { service: x } }'], /healthcheck\.grpc\.address is missing/],
    [['healthcheck: { grpc: { address: nowhere } }'], /healthcheck\.grpc\.address must be HOST:PORT/],
    [['healthcheck: { grpc: { address: "h:1", service: 5 } }'], /healthcheck\.grpc\.service must be a text, not 5/],
    [['healthcheck: { exec: x, slow: fast }'], /healthcheck\.slow must be a duration/],
    [
      ['healthcheck: { exec: x, slow: 2s }'],
      /healthcheck\.slow must be less than timeout \(2s\), not 2s: what takes longer/,
    ],
    [['healthcheck: { notify: true, slow: 1s }'], /healthcheck\.slow is for checks that are asked/],
    [['healthcheck: { heartbeat: { within: 5s }, slow: 1s }'], /healthcheck\.slow is for checks that are asked/],
    [['healthcheck: { test: x }'], /healthcheck\.test is not known here: use "exec"\./],
    [
      ['healthcheck:', '  - tcp: { address: "h:1" }', '  - tcp: { adress: "h:1" }'],
      /^agents\.yaml:6: agents\.a\.healthcheck\[1\]\.tcp\.address is missing/,
    ],
    [['healthcheck: { tcp: { address: nowhere } }'], /tcp\.address must be HOST:PORT/],
    [['healthcheck: { http: { url: "ftp://x" } }'], /http\.url must be a URL such as/],
    [['healthcheck: { zmq: { connect: "tcp://x" } }'], /zmq\.connect must be tcp:\/\/HOST:PORT/],
    [['healthcheck: { exec: [] }'], /healthcheck\.exec has no word: name the program to run\.$/],
    [['sockets: [{ name: s, listen: "127.0.0.1" }]'], /sockets\[0\]\.listen must be HOST:PORT/],
    [['sockets: [{ name: s, listen: "@" }]'], /sockets\[0\]\.listen must be HOST:PORT/],
    [
      [`sockets: [{ name: s, listen: "@${'x'.repeat(107)}" }]`],
      /sockets\[0\]\.listen is a path of more than 107 bytes/,
    ],
    [
      ['sockets: [{ name: s, listen: /run/x, mode: 0660 }]'],
      /sockets\[0\]\.mode must be octal digits in quotes, .* not 660/,
    ],
    [['sockets: [{ name: s, listen: /run/x, mode: "888" }]'], /sockets\[0\]\.mode must be octal digits in quotes/],
    [['sockets: [{ name: s, listen: "h:1", mode: "660" }]'], /sockets\[0\]\.mode is only for a socket with a path/],
    [['sockets: [{ name: s, listen: "@x", mode: "660" }]'], /sockets\[0\]\.mode is only for a socket with a path/],
    [['sockets: [{ name: s, listen: "h:1" }, { name: s, listen: "h:2" }]'], /sockets\[1\]\.name "s" is there twice/],
    [
      ['sockets: [{ name: s, listen: "h:1" }, { name: t, listen: "h:1" }]'],
      /sockets\[1\]\.listen "h:1" is there twice/,
    ],
    [['update_config: { parallelism: 0 }'], /parallelism must be a whole number from 1/],
    [['update_config: { delay: 1s }'], /update_config\.delay is not supported yet/],
    [['"command": y'], /^agents\.yaml:4: The key ""command"" is there twice|is there twice/],
  ])('refuses %j', (lines, expected) => {
    expect(agentProblem(...lines).join('\n')).toMatch(expected);
  });

  it.each<[string, RegExp]>([
    ['', /^agents\.yaml:1: The file is empty: it must be a map/],
    ['just text', /^agents\.yaml:1: The file must be a map, not "just text"\.$/],
    ['agents: {}', /^agents\.yaml:1: agents declares no agent/],
    ['app: x', /agents is missing/],
    ['app: X\nagents: { a: { command: x } }', /^agents\.yaml:1: app must be the name of an app/],
    ['agents: { Vision: { command: x } }', /agents\.Vision is no name of an agent/],
    ['agents: { a: {} }', /agents\.a\.command is missing: it must be a command/],
    ['agents: { a: { command: [] } }', /:1: agents\.a\.command has no word: name the program to run\.$/],
    ['agents: { a: { command: "" } }', /agents\.a\.command must be a command/],
    ['agents: { a: { command: "   " } }', /agents\.a\.command has no word: name the program to run\.$/],
    ['agents: { a: { command: [""] } }', /agents\.a\.command begins with "", which is no program: name one\.$/],
    ['agents: { a: { command: "\'\' x" } }', /agents\.a\.command begins with "", which is no program/],
    [
      'agents:\n  a:\n    command: say "hello',
      /:3: agents\.a\.command has a quote that is not closed: "say \\"hello"\. Close it, or write a list/,
    ],
    ['agents: { a: { command: say \\ } }', /command ends with a backslash: "say \\\\"\./],
    [`agents: { a: { command: [x, ${'y'.repeat(131_072)}] } }`, /command\[1\] has 131072 bytes, and Linux gives/],
    [
      'app: x\nagents:\n  b: { command: x }\n  __proto__: { command: x }',
      /:4: agents\.__proto__ is no name of an agent/,
    ],
    ['agents: { a: { command: [x, 1] } }', /agents\.a\.command\[1\] must be a text, not 1/],
    ['agents: { a: nothing }', /agents\.a must be a map, not "nothing"/],
    ['services: {}\nagents: { a: { command: x } }', /services is not known here: use "agents"/],
    ['gates: 5\nhooks: []\nagents: { a: { command: x } }', /:1: gates must be a list[^]*:2: hooks must be a map/],
    [
      'agents: { a: { command: x, depends_on: [b] }, b: { command: x, depends_on: [c] }, c: { command: x, depends_on: [b] } }',
      /agents\.b\.depends_on goes round in a circle: b -> c -> b\./,
    ],
  ])('refuses %j', (text, expected) => {
    expect(problemsOf(text).join('\n')).toMatch(expected);
  });

  it('names everything that is wrong at once, in the order of the file', () => {
    const lines = agentProblem('replicas: x', 'restart: x', 'stop_signal: x').map((line) => line.split(':')[1]);
    expect(lines).toEqual(['4', '5', '6']);
  });

  it('throws the same sentences, for who wants that', () => {
    expect(() => agentsFromYaml('agents: {}', 'dir/agents.yaml')).toThrow(
      'dir/agents.yaml:1: agents declares no agent: give it at least one.',
    );
  });

  it('never throws otherwise, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => `agents: ${json}`),
          fc.object().map((value) => JSON.stringify({ agents: { a: value } })),
        ),
        (text) => {
          const compiled = compileAgentsYaml(text);
          for (const problem of compiled.ok ? [] : compiled.problems) {
            expect(formatProblem(problem)).toMatch(/^agents\.yaml:\d+: \S[^]*[.?]$/);
          }
        },
      ),
    );
  });
});
