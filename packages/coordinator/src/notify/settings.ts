/** The key `notify` of coordinator.yaml: whom to tell, how, and of what. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { EVENT_TYPES } from '@outrider/shared/domain/event.js';
import type { DeepReadonly } from '@outrider/shared/runtime/config.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { fitting, list, mapOf, must, name, strict, text } from '@outrider/shared/runtime/shape.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import { email } from './email.js';
import { matches, TOLD_BY_DEFAULT } from './notice.js';
import type { Target } from './ports.js';
import { slack, webhook } from './webhook.js';

const URL_RULE = 'a URL that begins with https:// or http://';
const url = () => fitting(URL_RULE, (value) => isUrl(value, ['https:', 'http:']));
const SERVER_RULE = 'a URL such as smtp://mail.example.org:587 or smtps://mail.example.org';
const server = () => fitting(SERVER_RULE, (value) => isUrl(value, ['smtp:', 'smtps:']));
const ADDRESS_RULE = 'an e-mail address';
const address = () => fitting(ADDRESS_RULE, (value) => /^[^\s@]+@[^\s@]+$|<[^\s@]+@[^\s@]+>$/.test(value));
const file = () => text('an absolute path').refine((path) => path.startsWith('/'), must('an absolute path'));

const isUrl = (value: string, protocols: readonly string[]): boolean =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol);

const eventType = text('the type of an event, such as rollout.stuck or rollout.*').refine(
  (pattern) => EVENT_TYPES.some((type) => matches([pattern], type)),
  { error: (issue) => `names no event.${didYouMean(String(issue.input), [...EVENT_TYPES])}` },
);

const WAYS = ['webhook', 'webhook_file', 'slack', 'slack_file', 'email'] as const;

const entry = strict(
  {
    name: name('a name for this target')
      .optional()
      .meta({ description: 'What it is called in logs.', absent: 'made of where it is' }),
    webhook: url().optional().describe('A URL that gets each event by POST, as a CloudEvent.'),
    webhook_file: file()
      .optional()
      .describe('Its first line is that URL: one that holds a secret stands in no configuration.'),
    slack: url().optional().describe('A URL of Slack that takes messages.'),
    slack_file: file().optional().describe('Its first line is that URL.'),
    email: strict({
      server: server().describe('Where mail is handed in.'),
      from: address().describe('From whom.'),
      to: list(address(), '[ops@example.org]')
        .refine((all) => all.length > 0, must('at least one address'))
        .describe('To whom.'),
      username: text().optional().describe('Of the server, where it asks for one.'),
      password_file: file().optional().describe('Its first line is the password.'),
    })
      .optional()
      .describe('Mail.'),
    events: list(eventType, '[rollout.*, host.down]')
      .optional()
      .meta({ description: 'Which events, with * for all of a kind.', absent: 'those that matter' }),
    headers: mapOf(text('a text'), 'a map of headers').default({}).describe('Further headers, for webhook and slack.'),
    bearer_file: file().optional().describe('Adds Authorization: Bearer, with the first line of this file.'),
  },
  { called: 'target' },
).refine((value) => WAYS.filter((way) => value[way] !== undefined).length === 1, {
  error: `must have exactly one of ${WAYS.join(', ')}.`,
});

export const notifySettings = list(entry, '[{ slack_file: /etc/outrider/slack-url }]');
export type NotifySettings = DeepReadonly<z.infer<typeof notifySettings>>;

/** @throws OutriderError('invalid') where a file can't be read, or says nothing useful */
export const targetsOf = (settings: NotifySettings): readonly Target[] => settings.map(targetOf);

function targetOf(given: NotifySettings[number], index: number): Target {
  const where = `notify[${index}]`;
  const events = given.events ?? [...TOLD_BY_DEFAULT];
  if (given.email !== undefined) {
    const { server: smtp, from, to, username, password_file: path } = given.email;
    const password = path === undefined ? undefined : firstLine(`${where}.email.password_file`, path);
    const login = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
    return email({
      name: given.name ?? named('email', [smtp, ...to].join()),
      server: smtp,
      from,
      to,
      events,
      ...login,
    });
  }
  const isSlack = given.slack !== undefined || given.slack_file !== undefined;
  const to = given.webhook ?? given.slack ?? urlIn(where, given.webhook_file ?? given.slack_file ?? '');
  const bearer =
    given.bearer_file === undefined
      ? {}
      : { authorization: `Bearer ${firstLine(`${where}.bearer_file`, given.bearer_file)}` };
  const way = isSlack ? slack : webhook;
  return way({
    name: given.name ?? named(isSlack ? 'slack' : 'webhook', to),
    ...{ url: to, events, headers: { ...given.headers, ...bearer } },
  });
}

/** The same for the same target, whatever else is configured; a URL may be a secret. */
const named = (kind: string, what: string): string => `${kind}-${sha256(what).slice(0, 8)}`;

function urlIn(where: string, path: string): string {
  const line = firstLine(where, path);
  if (isUrl(line, ['https:', 'http:'])) return line;
  throw new OutriderError('invalid', `${where}: the first line of ${path} must be ${URL_RULE}.`);
}

function firstLine(where: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]?.trim() ?? '';
  } catch (error) {
    throw new OutriderError('invalid', `${where}: ${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
