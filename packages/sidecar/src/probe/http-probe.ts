/** Asks with one GET over a connection of its own and compares the status. Follows no redirect. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import type { ProbeTarget } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { excerpt, failed, ok } from './answer.js';
import type { Deadline } from './deadline.js';
import { connectProven, isShared } from './proof.js';
import type { OwnsConnection } from './proof.js';

const MOST_BODY_BYTES = 4096;

export async function askHttp(
  method: { readonly url: string; readonly status: number },
  target: ProbeTarget,
  owns: OwnsConnection,
  deadline: Deadline,
): Promise<Answer> {
  const url = URL.canParse(method.url) ? new URL(method.url) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return failed(`"${method.url}" is no http:// or https:// URL.`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    headers: { 'user-agent': 'outrider-probe', accept: '*/*' },
    // It asks for life, not for identity: agents on loopback have certificates of their own making.
    rejectUnauthorized: false,
  };
  if (isShared(host, port, target.shared)) {
    const connected = await connectProven(host, port, target, owns, deadline);
    if ('answer' in connected) return connected.answer;
    const { socket } = connected;
    const duplex: Duplex = url.protocol === 'https:' ? tlsConnect({ socket, rejectUnauthorized: false }) : socket;
    try {
      // With an agent, even with `agent: false`, this connection would not be used.
      return judge(await get(url, { ...options, createConnection: () => duplex }, deadline), method.status);
    } finally {
      socket.destroy();
    }
  }
  return judge(await get(url, { ...options, agent: false }, deadline), method.status);
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

function judge(reply: Reply, expected: number): Answer {
  const said = excerpt(reply.body);
  const detail = said === '' ? `HTTP ${reply.status}` : `HTTP ${reply.status}: ${said}`;
  return reply.status === expected ? ok(detail) : failed(`Expected HTTP ${expected}, got ${detail}`);
}

function get(url: URL, options: RequestOptions, deadline: Deadline): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = ask(url, options, (response: IncomingMessage) => {
      let body = '';
      const done = (): void => {
        resolve({ status: response.statusCode ?? 0, body });
        request.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length >= MOST_BODY_BYTES) done();
      });
      response.on('end', done);
      response.on('error', reject);
    });
    // Stays on: a request that is destroyed may still say so.
    request.on('error', reject);
    request.once(
      'close',
      deadline.onOver(() => void request.destroy()),
    );
    request.end();
  });
}
