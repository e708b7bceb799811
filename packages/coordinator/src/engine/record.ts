/**
 * The text that hosts keep of a rollout, for the leader that finds it on them when the store has lost it. Each host on
 * trial says it with every word, so the text of many hosts is deflated: `{"id":"r1","deflated":"BASE64"}`.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Rollout } from '@outrider/shared/domain/rollout.js';

/** Texts below this stay as they are, for people who look. */
const PLAIN_CHARACTERS = 16 * 1024;
const FAST = { level: 1 };

/** A wave is told of one and the same rollout, which is spelled once. */
const spelled = new WeakMap<Rollout, string>();

export function recordOf(rollout: Rollout): string {
  const record = spelled.get(rollout) ?? spell(rollout);
  spelled.set(rollout, record);
  return record;
}

function spell(rollout: Rollout): string {
  const { id, ...rest } = rollout;
  const plain = JSON.stringify({ id, ...rest });
  if (plain.length < PLAIN_CHARACTERS) return plain;
  return JSON.stringify({ id, deflated: deflateRawSync(plain, FAST).toString('base64') });
}

export function readRecord(record: string): Rollout {
  const read = JSON.parse(record) as Rollout | { readonly deflated: string };
  if (!('deflated' in read)) return read;
  return JSON.parse(inflateRawSync(Buffer.from(read.deflated, 'base64')).toString()) as Rollout;
}

/** Without reading the rest, which is long, where the id comes first. */
export const idOfRecord = (record: string): string => /^\{"id":"([^"\\]+)"/.exec(record)?.[1] ?? readRecord(record).id;
