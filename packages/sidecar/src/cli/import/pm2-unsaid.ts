/** What a PM2 file says that agents.yaml has no word for, and what to do instead. */
import type { AgentDraft, Note } from './imported.js';
import { isMap, plainly, type ValueMap } from './values.js';

const LOG_KEYS = [
  'out_file',
  'output',
  'error_file',
  'error',
  'log_file',
  'log',
  'combine_logs',
  'merge_logs',
  'log_date_format',
  'log_type',
  'time',
];

/** Read by pm2-app.ts and pm2-command.ts, or without any meaning where there is no PM2. */
const KNOWN = new Set(
  `name script args interpreter exec_interpreter interpreter_args node_args cwd instances exec_mode instance_var increment_var env port
  autorestart stop_exit_codes max_restarts min_uptime restart_delay exp_backoff_restart_delay kill_timeout treekill shutdown_with_message
  wait_ready listen_timeout max_memory_restart user uid gid namespace vizion pmx automation trace deep_monitoring source_map_support
  disable_source_map_support ignore_watch watch_options watch_delay version force disable_logs pid pid_file pm_id disable_trace append_env_to_name
  windowsHide filter_env write`.split(/\s+/),
);

export function noteUnsaid(app: ValueMap, draft: AgentDraft): void {
  const watch = app['watch'];
  if (watch !== undefined && watch !== false) {
    draft.note(
      'watch',
      'nothing is watched: a change is a new release, and replaces the agents whose "files" it touches.',
    );
  }
  if (app['cron_restart'] !== undefined && app['cron_restart'] !== 0) {
    draft.note(
      'cron_restart',
      `${plainly(app['cron_restart'])}: let cron or a systemd timer call \`sidecar restart ${draft.name}\`.`,
    );
  }
  if (app['env_file'] !== undefined)
    draft.note(
      'env_file',
      'is not read by an agent: write its variables under "environment", what is secret under "secrets".',
    );
  const logs = LOG_KEYS.filter((key) => app[key] !== undefined);
  if (logs.length > 0) {
    draft.note(
      logs.join(', '),
      `what it writes, both streams, is in the log folder of the sidecar: agents/${draft.name}.0.log; \`sidecar logs ${draft.name}\` shows it.`,
    );
  }
  for (const key of Object.keys(app)) {
    if (!KNOWN.has(key) && !LOG_KEYS.includes(key) && !/^(?:env_.*|watch|cron_restart)$/.test(key))
      draft.note(key, 'means nothing here.');
  }
}

/** Of the file as a whole. */
export function topNotes(value: unknown): readonly Note[] {
  const deploy = isMap(value) && value['deploy'] !== undefined ? [{ about: 'deploy', text: DEPLOY }] : [];
  return [...deploy, { about: 'env', text: ENVIRONMENT }];
}

const DEPLOY =
  '`coordinator release push` and `coordinator rollout` do this here; steps such as "post-deploy" go before them.';
const ENVIRONMENT =
  'PM2 passed on the environment of the shell that started it; an agent gets PATH, HOME, LANG, TZ and the like, and what is under "environment".';
