/** Looks at how long certificates are good for. */
import { X509Certificate } from 'node:crypto';
import type { CertificateSight } from '../../domain/diagnosis.js';
import { messageOf } from '../errors.js';
import type { RedisAddress } from '../redis-address.js';

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

/** What the connection to Redis goes by; none without TLS. */
export const seeRedisCertificates = ({ tls }: RedisAddress): CertificateSight[] =>
  (['ca', 'cert'] as const).flatMap((key) => {
    const text = tls?.[key];
    return text === undefined ? [] : [seeCertificate(`redis.tls.${key}`, text)];
  });
