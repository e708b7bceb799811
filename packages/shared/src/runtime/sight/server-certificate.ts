/** Looks at the certificate that a server shows. Says nothing to it and believes nothing of it: whoever uses it does. */
import { once } from 'node:events';
import { connect, type ConnectionOptions } from 'node:tls';
import type { CertificateSight } from '../../domain/diagnosis.js';
import { formatHostPort, type HostPort } from '../listen.js';

/** `what`: for people. Undefined where nobody answers with one in time: others tell of that. */
export async function seeServerCertificate(
  what: string,
  place: HostPort,
  withinMs: number,
  options: Pick<ConnectionOptions, 'cert' | 'key' | 'servername'> = {},
): Promise<CertificateSight | undefined> {
  const socket = connect({ ...options, ...place, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(withinMs) });
    const shown = socket.getPeerX509Certificate();
    if (shown === undefined) return undefined;
    return { what, path: formatHostPort(place), expiresMs: Date.parse(shown.validTo), reason: '' };
  } catch {
    return undefined;
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}
