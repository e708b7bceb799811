/** Looks at how long certificates are good for. */
import { X509Certificate } from 'node:crypto';
import type { CertificateSight } from '../../domain/diagnosis.js';
import { messageOf } from '../errors.js';
import type { HostPort } from '../listen.js';
import { oneServerOf, type RedisAddress } from '../redis-address.js';
import { seeServerCertificate } from './server-certificate.js';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Of a text with several of them: the one that ends first. `what`: the key of the setting. */
export function seeCertificate(what: string, text: string): CertificateSight {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) return { what, path: '', expiresMs: 0, reason: 'there is no certificate in it' };
  try {
    const ends = blocks.map((block) => Date.parse(new X509Certificate(block).validTo));
    return { what, path: '', expiresMs: Math.min(...ends), reason: '' };
  } catch (error) {
    return { what, path: '', expiresMs: 0, reason: messageOf(error) };
  }
}

/** What connections to Redis go by: the files of the settings, and what each server shows; none without TLS. */
export async function seeRedisCertificates(address: RedisAddress, withinMs: number): Promise<CertificateSight[]> {
  const { tls } = address;
  const files = (['ca', 'cert'] as const).flatMap((key) => {
    const text = tls?.[key];
    return text === undefined ? [] : [seeCertificate(`redis.tls.${key}`, text)];
  });
  if (tls === undefined && !(address.kind === 'single' && address.url.startsWith('rediss:'))) return files;
  const { serverName: servername, cert, key } = tls ?? {};
  const options = {
    ...(servername === undefined ? {} : { servername }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
  const shown = await Promise.all(
    serversOf(address).map((place) => seeServerCertificate('the certificate of Redis', place, withinMs, options)),
  );
  return [...files, ...shown.filter((one) => one !== undefined)];
}

/** Each that the settings name. */
function serversOf(address: RedisAddress): readonly HostPort[] {
  if (address.kind === 'sentinel') return address.sentinels;
  if (address.kind === 'cluster') return address.nodes;
  const one = oneServerOf(address);
  return one === undefined ? [] : [one];
}
