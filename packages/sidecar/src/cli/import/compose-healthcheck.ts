/** The healthcheck of a service, as far as it means the same: Docker reports what is unhealthy, and restarts nothing. */
import { formatDuration } from '@outrider/shared/domain/duration.js';
import type { ServiceContext } from './compose-service.js';
import { durationOf } from './compose-values.js';
import type { AgentDraft } from './imported.js';
import { shellCommand } from './shell-line.js';
import { asText, isMap, plainly, type ValueMap } from './values.js';

/** Docker's own. */
const DEFAULT_MS = 30_000;
const DEFAULT_RETRIES = 3;

export function healthcheckOf(service: ValueMap, draft: AgentDraft, context: ServiceContext): void {
  const given = service['healthcheck'];
  if (!isMap(given) || given['disable'] === true) return;
  if (given['test'] === undefined) {
    draft.note('healthcheck', 'has no test: what it asks is inside the image.');
    return;
  }
  const command = commandOf(given['test'], draft, context);
  if (command === undefined) return;
  const span = (key: string, otherwise: number): number => {
    const found = given[key] === undefined ? undefined : durationOf(given[key], context.texts);
    if (given[key] !== undefined && found === undefined)
      draft.note('healthcheck', `${key} ${plainly(given[key])} is no duration that is known here.`);
    return found?.ms ?? otherwise;
  };
  const interval = span('interval', DEFAULT_MS);
  const timeout = span('timeout', DEFAULT_MS);
  const retries = Number(context.texts.plain(asText(given['retries']) ?? '') ?? '') || DEFAULT_RETRIES;
  const start = span('start_period', 0) + retries * (interval + timeout);
  draft.set('healthcheck', {
    exec: command.map((word) => context.texts.finish(word)),
    for: ['startup', 'readiness'],
    interval: formatDuration(interval),
    timeout: formatDuration(timeout),
    retries,
    start_period: formatDuration(start),
  });
  draft.note(
    'healthcheck',
    'Compose restarts nothing that is unhealthy, so "for" leaves liveness out. "start_period" is the time after which Compose would have called it unhealthy.',
  );
}

function commandOf(test: unknown, draft: AgentDraft, { texts }: ServiceContext): readonly string[] | undefined {
  const words = Array.isArray(test) ? test.map(String) : ['CMD-SHELL', asText(test) ?? ''];
  const [kind, ...rest] = words;
  if (kind === 'NONE') return undefined;
  if ((kind !== 'CMD' && kind !== 'CMD-SHELL') || rest.length === 0) {
    draft.note('healthcheck', 'its test is none of CMD, CMD-SHELL and NONE.');
    return undefined;
  }
  const opened = rest.map((word) => texts.open(word));
  const command = kind === 'CMD' ? opened : shellWords(opened.join(' '));
  if (/(?:^|\/)(?:curl|wget)$/.test(command[0] ?? '')) {
    const url = command.find((word) => /^https?:\/\//.test(word));
    draft.note(
      'healthcheck',
      `it needs ${String(command[0])} on the host; "http: { url: ${texts.finish(url ?? '...')} }" in place of "exec" does not.`,
    );
  }
  return command;
}

/** `|| exit 1` at the end says what holds anyway: the program failed. */
function shellWords(line: string): readonly string[] {
  const short = line.replace(/\s*\|\|\s*(?:exit\s+1|false)\s*;?\s*$/, '');
  const shell = shellCommand(short);
  const assigned = Object.keys(shell?.environment ?? {}).length > 0 || shell?.folder !== undefined;
  return shell === undefined || assigned ? ['sh', '-c', short] : shell.command;
}
