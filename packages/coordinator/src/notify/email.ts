/** Tells by e-mail over SMTP. */
import { createTransport } from 'nodemailer';
import { wordsOf } from './notice.js';
import { type Target, Undeliverable } from './ports.js';

const ANSWER_MS = 10_000;

export interface EmailSettings {
  readonly name: string;
  /** `smtp://HOST:PORT` (STARTTLS where the server has it) or `smtps://HOST:PORT`. */
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly events: readonly string[];
  readonly username?: string;
  readonly password?: string;
}

export function email({ name, server, from, to, events, username, password }: EmailSettings): Target {
  const url = new URL(server);
  const secure = url.protocol === 'smtps:';
  const transport = createTransport({
    ...{ host: url.hostname, port: Number(url.port === '' ? (secure ? 465 : 587) : url.port), secure },
    ...{ connectionTimeout: ANSWER_MS, greetingTimeout: ANSWER_MS, socketTimeout: ANSWER_MS },
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
  });
  return {
    name,
    events,
    send: async (event) => {
      const { title, text } = wordsOf(event);
      try {
        // A copy has the same id: mail programs show it once.
        const messageId = `<${event.id}@outrider.${event.environment}>`;
        await transport.sendMail({ from, to: [...to], subject: title, text: `${text}\n\n${event.at}\n`, messageId });
      } catch (error) {
        const { responseCode = 0, message } = error as { readonly responseCode?: number; readonly message: string };
        throw responseCode >= 500 ? new Undeliverable(message) : error;
      }
    },
  };
}
