/** Tells by HTTP: CloudEvents 1.0 (structured JSON), or a message of Slack's incoming webhooks. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { wordsOf } from './notice.js';
import { type Target, Undeliverable } from './ports.js';

const ANSWER_MS = 10_000;
/** Other answers of 400 to 499 will not change by asking again. */
const WORTH_ANOTHER_TRY = [408, 425, 429];

export interface WebhookSettings {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

export const webhook = ({ name, url, events, headers }: WebhookSettings): Target => ({
  name,
  events,
  send: (event) => post(url, cloudEvent(event), { 'content-type': 'application/cloudevents+json', ...headers }),
});

export const slack = ({ name, url, events, headers }: WebhookSettings): Target => ({
  name,
  events,
  send: (event) => {
    const { title, text } = wordsOf(event);
    return post(
      url,
      { text: `*${escaped(title)}*\n${escaped(text)}` },
      { 'content-type': 'application/json', ...headers },
    );
  },
});

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export function cloudEvent(event: OutriderEvent): object {
  const { id, at, type, environment, app, host } = event;
  const subject = [app, host].filter((word) => word !== undefined).join('/');
  return {
    ...{ specversion: '1.0', id, source: `/outrider/${environment}`, type: `outrider.${type}`, time: at },
    ...(subject === '' ? {} : { subject }),
    ...{ datacontenttype: 'application/json', data: event },
  };
}

/** The three characters that Slack gives a meaning. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

async function post(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<void> {
  const answer = await fetch(url, {
    ...{ method: 'POST', headers, body: JSON.stringify(body), redirect: 'error' },
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  await answer.body?.cancel();
  if (answer.ok) return;
  const sentence = `the answer was ${answer.status}`;
  const isFinal = answer.status >= 400 && answer.status < 500 && !WORTH_ANOTHER_TRY.includes(answer.status);
  throw isFinal ? new Undeliverable(sentence) : new Error(sentence);
}
