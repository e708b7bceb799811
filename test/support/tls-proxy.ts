/** What may stand before our plain listeners: TLS, and a token. Hands on what has it, refuses what has not. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as ask } from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';

/** A certificate for these names and addresses, signed by itself, in `folder`: `ca.pem` and its `key.pem`. */
export function makeCertificate(folder: string, names: readonly string[]): void {
  const words = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`).join(',');
  const { status, stderr } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', '/CN=test', '-addext', `subjectAltName=${words}`],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'ca.pem')],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
}

export class TlsProxy {
  /** Requests that had no token. */
  refused = 0;

  private constructor(private readonly server: Server) {}

  static async start(options: {
    readonly host: string;
    readonly port: number;
    readonly to: number;
    readonly token: string;
    readonly certificates: string;
  }): Promise<TlsProxy> {
    const { host, port, to, token, certificates } = options;
    const read = (name: string): Buffer => readFileSync(join(certificates, name));
    const server = createServer({ key: read('key.pem'), cert: read('ca.pem') }, (request, response) => {
      if (request.headers.authorization !== `Bearer ${token}`) {
        proxy.refused += 1;
        response.writeHead(401).end();
        return;
      }
      const { url: path, method } = request;
      const headers = { ...request.headers, host: `${host}:${to}` };
      const onward = ask({ host, port: to, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.writeHead(502).end());
      request.pipe(onward);
    }).listen(port, host);
    const proxy = new TlsProxy(server);
    await once(server, 'listening');
    return proxy;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
