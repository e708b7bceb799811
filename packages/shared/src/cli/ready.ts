/**
 * How a daemon says on standard output that it is ready. What is no terminal may be a journal that others read: the token
 * is never written there, and its file is named instead.
 */

/** Where it serves, and what else a script wants to know; `link`: of its page, with the token behind a `#`. */
export interface Ready {
  readonly link: string;
  readonly token_file: string;
  readonly [key: string]: unknown;
}

/** With `json` one line; else the link alone, for the person at a terminal. */
export function sayReady(
  ready: Ready,
  json: boolean,
  stream: { readonly isTTY?: boolean; write(text: string): unknown } = process.stdout,
): void {
  const isTerminal = stream.isTTY === true;
  const link = isTerminal ? ready.link : ready.link.replace(/#.*$/, '');
  if (json) stream.write(`${JSON.stringify({ ready: true, ...ready, link })}\n`);
  else if (isTerminal) stream.write(`${ready.link}\n`);
}
