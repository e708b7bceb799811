/** One app of a PM2 ecosystem as an agent. */
import { basename, extname } from 'node:path';
import { formatDuration, parseDuration } from '@outrider/shared/domain/duration.js';
import { addEnvironment } from './environment.js';
import { AgentDraft } from './imported.js';
import type { Names } from './names.js';
import { commandOf } from './pm2-command.js';
import { noteUnsaid } from './pm2-unsaid.js';
import { literal } from './references.js';
import { invalid, type Source } from './source.js';
import { asList, asText, isMap, plainly, sizeText, type ValueMap } from './values.js';

export interface AppContext {
  readonly source: Source;
  readonly names: Names;
  /** Of `--env`. */
  readonly environment: string | undefined;
  /** In the list of apps. */
  readonly index: number;
}

/** @throws OutriderError('invalid') */
export function readApp(app: ValueMap, context: AppContext): AgentDraft {
  const { source, names, index } = context;
  const script = asText(app['script']);
  if (script === undefined || script.trim() === '') throw invalid(source.file, `apps[${index}] has no script.`);
  const wanted = asText(app['name']) ?? basename(script.split(/\s/)[0] ?? '', extname(script));
  const draft = new AgentDraft(names.take(wanted));
  if (draft.name !== wanted) draft.note('name', `was ${wanted}.`);
  const command = commandOf(app, script, draft, source);
  replicasOf(app, command, draft, source.cores);
  environmentOf(app, command, draft, context);
  restartOf(app, draft);
  stoppingOf(app, draft);
  readinessOf(app, draft);
  limitsOf(app, draft);
  noteUnsaid(app, draft);
  return draft;
}

function replicasOf(app: ValueMap, command: readonly string[], draft: AgentDraft, cores: number): void {
  const given = app['instances'];
  const mode =
    asText(app['exec_mode']) ??
    (given !== undefined && /(?:^|\/)(?:node|bun)$/.test(command[0] ?? '') ? 'cluster' : 'fork');
  const wanted = given === 'max' ? 0 : Number(given ?? 1);
  if (!Number.isInteger(wanted)) {
    draft.note('instances', `${plainly(given)} is no number of instances.`);
    return;
  }
  const count = wanted > 0 ? wanted : Math.max(1, cores + wanted);
  if (count !== 1) draft.set('replicas', count);
  if (wanted <= 0)
    draft.note('instances', `was ${plainly(given)}, counted from the processors; this machine has ${cores}.`);
  if (mode.startsWith('cluster') && count > 1) {
    draft.note(
      'exec_mode',
      `cluster: PM2 let the ${count} processes share the ports they listen on. Here list each port under "sockets" and listen on the descriptor that is handed over ({ fd: 3 }).`,
    );
  }
  const variable = asText(app['instance_var']) ?? 'NODE_APP_INSTANCE';
  if (count > 1 || app['instance_var'] !== undefined) draft.add('environment', { [variable]: '${OUTRIDER_INSTANCE}' });
  if (app['increment_var'] !== undefined)
    draft.note(
      'increment_var',
      `${plainly(app['increment_var'])}: no variable counts up here; take \${OUTRIDER_INSTANCE}.`,
    );
}

function environmentOf(
  app: ValueMap,
  command: readonly string[],
  draft: AgentDraft,
  { environment }: AppContext,
): void {
  const chosen = environment === undefined ? undefined : app[`env_${environment}`];
  const port = app['port'] === undefined ? {} : { PORT: app['port'] };
  const values = { ...(isMap(app['env']) ? app['env'] : {}), ...port, ...(isMap(chosen) ? chosen : {}) };
  const texts = Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [[name, literal(asText(value) ?? JSON.stringify(value))]],
  );
  const unbuffered = command.slice(0, 1).some((program) => program.includes('python')) ? { PYTHONUNBUFFERED: '1' } : {};
  addEnvironment(draft, { ...unbuffered, ...(Object.fromEntries(texts) as Record<string, string>) });
  const others = Object.keys(app).filter(
    (key) => key.startsWith('env_') && key !== `env_${environment ?? ''}` && key !== 'env_file',
  );
  for (const key of others) draft.note(key, `was not taken; \`--env ${key.slice('env_'.length)}\` takes it.`);
}

function restartOf(app: ValueMap, draft: AgentDraft): void {
  const codes = asList(app['stop_exit_codes']).map(Number);
  if (app['autorestart'] === false) draft.set('restart', 'no');
  else if (codes.includes(0)) draft.set('restart', 'on-failure');
  if (codes.some((code) => code !== 0)) {
    draft.note('stop_exit_codes', `${codes.join(', ')} ended it for good; here only 0 can ("restart: on-failure").`);
  }
  const paces = ['max_restarts', 'min_uptime', 'restart_delay', 'exp_backoff_restart_delay'].filter(
    (key) => app[key] !== undefined,
  );
  if (paces.length === 0) return;
  draft.note(
    paces.join(', '),
    'the pauses here are 0, then 100 ms to 30 s, and begin anew after a minute well; ten ends of one cause without that, and it has failed.',
  );
}

/** PM2 counts in milliseconds, and understands `3s` and `2m`. */
function duration(value: unknown): string | undefined {
  const ms = typeof value === 'number' || /^\d+$/.test(String(value)) ? Number(value) : parseDuration(String(value));
  return ms === undefined || !Number.isFinite(ms) ? undefined : formatDuration(ms);
}

function stoppingOf(app: ValueMap, draft: AgentDraft): void {
  draft.set('stop_signal', 'SIGINT');
  const limit = app['kill_timeout'] === undefined ? undefined : duration(app['kill_timeout']);
  if (limit !== undefined) draft.set('stop_grace_period', limit);
  if (app['treekill'] === false) draft.note('treekill', 'false: here all that an agent has started ends with it.');
  if (app['shutdown_with_message'] === true) {
    draft.note('shutdown_with_message', 'no message is sent: the program has to end on stop_signal.');
  }
}

function readinessOf(app: ValueMap, draft: AgentDraft): void {
  const limit = duration(app['listen_timeout'] ?? 3000) ?? '3s';
  if (app['wait_ready'] === true) {
    draft.note(
      'wait_ready',
      `process.send('ready') is not heard here. Write READY=1 to NOTIFY_SOCKET and "healthcheck: { notify: true, start_period: ${limit} }", or let a healthcheck ask.`,
    );
  } else if (app['listen_timeout'] !== undefined) {
    draft.note('listen_timeout', `${limit}: is "start_period" of a healthcheck; there is none yet.`);
  }
}

function limitsOf(app: ValueMap, draft: AgentDraft): void {
  const limit = app['max_memory_restart'];
  if (limit !== undefined) {
    const memory = sizeText(limit);
    if (memory === undefined) draft.note('max_memory_restart', `${plainly(limit)} is no size.`);
    else {
      draft.set('resources', { memory });
      draft.note(
        'max_memory_restart',
        'PM2 asked now and then and restarted it politely; here the kernel ends it at the limit, and it is started again.',
      );
    }
  }
  const user = asText(app['user'] ?? app['uid']);
  const group = asText(app['gid']);
  if (user !== undefined) draft.set('user', group === undefined ? user : `${user}:${group}`);
  else if (group !== undefined)
    draft.note('gid', `${group}: a group is given together with a user, "user: NAME:GROUP".`);
}
