/** One service of a Compose file as an agent. Healthchecks, limits and what has no word here are in files of their own. */
import { posix } from 'node:path';
import { STOP_SIGNALS } from '@outrider/shared/domain/agent.js';
import { healthcheckOf } from './compose-healthcheck.js';
import { limitsOf } from './compose-limits.js';
import type { ComposeTexts } from './compose-text.js';
import { noteUnsaid } from './compose-unsaid.js';
import { durationOf } from './compose-values.js';
import { addEnvironment, listOf, namesOfVariables, noteEnvironmentFile } from './environment.js';
import { AgentDraft } from './imported.js';
import { secretName } from './names.js';
import { invalid, type Source } from './source.js';
import { signalName } from './supervisord-text.js';
import { asList, asText, asWords, isMap, plainly, type ValueMap } from './values.js';

export interface ServiceContext {
  readonly name: string;
  /** Services to the names of their agents. */
  readonly called: ReadonlyMap<string, string>;
  readonly texts: ComposeTexts;
  readonly source: Source;
}

/** @throws OutriderError('invalid') */
export function readService(service: ValueMap, context: ServiceContext): AgentDraft {
  const draft = new AgentDraft(context.called.get(context.name) ?? context.name);
  if (draft.name !== context.name) draft.note('name', `was ${context.name}.`);
  commandOf(service, draft, context);
  const folder = asText(service['working_dir']);
  if (folder !== undefined)
    context.source.release.setWorkingDir(draft, 'working_dir', context.texts.plain(folder) ?? folder);
  replicasOf(service, draft, context);
  environmentOf(service, draft, context);
  secretsOf(service, draft);
  dependenciesOf(service, draft, context);
  healthcheckOf(service, draft, context);
  restartOf(service, draft, context);
  stoppingOf(service, draft, context);
  userOf(service, draft, context);
  limitsOf(service, draft, context);
  dataOf(service, draft);
  noteUnsaid(service, draft);
  return draft;
}

function commandOf(service: ValueMap, draft: AgentDraft, { name, texts, source }: ServiceContext): void {
  const words = ['entrypoint', 'command'].flatMap((key) => {
    const value = service[key];
    const opened =
      typeof value === 'string'
        ? texts.open(value)
        : Array.isArray(value)
          ? value.map((word) => texts.open(String(word)))
          : value;
    const split = asWords(opened);
    if (split === undefined)
      throw invalid(source.file, `services.${name}.${key} is no command: a list of words, or one string.`);
    return split;
  });
  const image = asText(service['image']);
  const what = image === undefined ? (service['build'] === undefined ? undefined : 'build') : 'image';
  const shown = image ?? 'what is built';
  if (words.length > 0) {
    draft.set(
      'command',
      words.map((word) => texts.finish(word)),
    );
    if (what !== undefined) {
      const before =
        service['entrypoint'] === undefined ? ' If it has an entrypoint, that ran before these words.' : '';
      draft.note(
        what,
        `${shown} is no program: what runs here must be installed on the host or be part of the release.${before}`,
      );
    }
    return;
  }
  draft.note(
    what ?? 'command',
    `${what === undefined ? 'there is none' : `the command is inside ${shown}`}: write it under "command", for a program that is installed on the host or part of the release.`,
  );
}

function replicasOf(service: ValueMap, draft: AgentDraft, { texts }: ServiceContext): void {
  const deploy = isMap(service['deploy']) ? service['deploy'] : {};
  const given = asText(deploy['replicas'] ?? service['scale']);
  if (given !== undefined) {
    const count = texts.plain(given) ?? '';
    if (!/^\d+$/.test(count)) draft.note('replicas', `${given} is no number that is known here.`);
    else if (count !== '1') draft.set('replicas', Number(count));
  }
  if (deploy['mode'] === 'global')
    draft.note('deploy.mode', 'global: an agent runs on every host that "hosts" names, or on all.');
}

function environmentOf(service: ValueMap, draft: AgentDraft, { texts, source, called }: ServiceContext): void {
  const given = service['environment'];
  const entries: [string, unknown][] = isMap(given)
    ? Object.entries(given)
    : asList(given).map((line): [string, unknown] => {
        const [, key = '', , value = null] = /^([^=]*)(=(.*))?$/s.exec(String(line)) ?? [];
        return [key, value];
      });
  const values = entries.map(([name, value]) => [
    name,
    value === null || value === undefined
      ? texts.text(`\${${name}}`)
      : texts.text(asText(value) ?? JSON.stringify(value)),
  ]);
  addEnvironment(draft, Object.fromEntries(values) as Record<string, string>);
  for (const other of called.keys()) {
    const found = values.filter(([, value = '']) =>
      new RegExp(`(?:^|[/@=,])${escaped(other)}(?::\\d|/|$)`).test(value),
    );
    const variables = listOf(found.map(([variable = '']) => variable));
    if (found.length > 0)
      draft.note(
        'environment',
        `${variables} leads to ${other}: the name of a service is no address here; write that of its host.`,
      );
  }
  for (const entry of asList(service['env_file'])) {
    const file = asText(isMap(entry) ? entry['path'] : entry);
    if (file === undefined) continue;
    const text = source.read(file);
    noteEnvironmentFile(draft, `env_file ${file}`, text === undefined ? undefined : namesOfVariables(text));
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function secretsOf(service: ValueMap, draft: AgentDraft): void {
  const wanted = asList(service['secrets']).flatMap((entry) => asText(isMap(entry) ? entry['source'] : entry) ?? []);
  const names = wanted.flatMap((word) => secretName(word) ?? []);
  if (names.length > 0) draft.set('secrets', [...new Set(names)]);
  for (const word of wanted) {
    const name = secretName(word);
    if (name !== undefined)
      draft.note('secrets', `/run/secrets/${word} is the file ${name} in $OUTRIDER_SECRETS_DIR here.`);
    else draft.note('secrets', `${word} is no name that a secret can have here: capital letters, digits and "_".`);
  }
}

function dependenciesOf(service: ValueMap, draft: AgentDraft, { called }: ServiceContext): void {
  const given = service['depends_on'];
  const entries: [string, ValueMap][] = isMap(given)
    ? Object.entries(given).map(([name, entry]): [string, ValueMap] => [name, isMap(entry) ? entry : {}])
    : asList(given).map((name): [string, ValueMap] => [String(name), {}]);
  const links = asList(service['links']).map((link): [string, ValueMap] => [String(link).split(':')[0] ?? '', {}]);
  const dependencies = [...links, ...entries].map(([name, entry]) => {
    const condition = asText(entry['condition']) ?? 'service_started';
    if (entry['required'] === false) draft.note('depends_on', `${name} was not required; here it is, where it runs.`);
    return [called.get(name) ?? name, { condition, ...(entry['restart'] === true ? { restart: true } : {}) }];
  });
  draft.add('depends_on', Object.fromEntries(dependencies) as Record<string, unknown>);
}

function restartOf(service: ValueMap, draft: AgentDraft, { texts }: ServiceContext): void {
  const deploy = isMap(service['deploy']) ? service['deploy'] : {};
  const policy = isMap(deploy['restart_policy']) ? deploy['restart_policy'] : undefined;
  if (policy !== undefined) {
    const condition = asText(policy['condition']) ?? 'any';
    const most = asText(policy['max_attempts']);
    draft.set(
      'restart',
      condition === 'none'
        ? 'no'
        : condition === 'any'
          ? 'always'
          : `on-failure${most === undefined ? '' : `:${most}`}`,
    );
    return;
  }
  const given = service['restart'];
  const word = given === false ? 'no' : (texts.plain(asText(given) ?? 'no') ?? 'always');
  draft.set('restart', word === 'unless-stopped' ? 'always' : word);
  if (given === undefined)
    draft.note('restart', 'Compose starts nothing again unless it is told to; leave the line out, and it is.');
}

function stoppingOf(service: ValueMap, draft: AgentDraft, { texts }: ServiceContext): void {
  const signal = asText(service['stop_signal']);
  const name = signal === undefined ? undefined : signalName(texts.plain(signal) ?? signal);
  if (name !== undefined && (STOP_SIGNALS as readonly string[]).includes(name)) draft.set('stop_signal', name);
  else if (name !== undefined) draft.note('stop_signal', `${name} is none of ${STOP_SIGNALS.join(', ')}.`);
  if (service['stop_grace_period'] === undefined) return;
  const limit = durationOf(service['stop_grace_period'], texts);
  if (limit !== undefined) draft.set('stop_grace_period', limit.text);
  else draft.note('stop_grace_period', `${plainly(service['stop_grace_period'])} is no duration that is known here.`);
}

function userOf(service: ValueMap, draft: AgentDraft, { texts }: ServiceContext): void {
  const user = asText(service['user']) ?? '';
  if (user === '') return;
  draft.set('user', texts.text(user));
  draft.note('user', `${user} is now a user of the host; the image had users of its own.`);
}

/** A volume below the working folder is data of the agent; any other is a matter of the host. */
function dataOf(service: ValueMap, draft: AgentDraft): void {
  const folder = asText(service['working_dir']);
  const data: string[] = [];
  for (const volume of asList(service['volumes'])) {
    const [from, to] = isMap(volume) ? [asText(volume['source']), asText(volume['target'])] : partsOf(String(volume));
    const inside = folder === undefined || to === undefined ? undefined : posix.relative(folder, to);
    const shown = `${from ?? ''}${from === undefined ? '' : ':'}${to ?? ''}`;
    if (inside !== undefined && inside !== '' && !inside.startsWith('..') && !posix.isAbsolute(inside)) {
      // A volume is a folder, but for a file that is mounted, which has an ending as a rule.
      data.push(posix.extname(inside) === '' ? `${inside}/` : inside);
      draft.note(
        'volumes',
        `${shown}: ${inside} is kept across releases as "data"; what is in it must be copied there once.`,
      );
    } else {
      draft.note(
        'volumes',
        `${shown}: no folder is mounted. What the program reads must be in the release or on the host, under the path it uses.`,
      );
    }
  }
  if (data.length > 0) draft.set('data', data);
}

function partsOf(volume: string): readonly [string | undefined, string | undefined] {
  const parts = volume.split(/:(?![^{]*\})/);
  return parts.length === 1 ? [undefined, parts[0]] : [parts[0], parts[1]];
}
