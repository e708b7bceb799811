/** What comes over the wire is refused here, with a sentence, before it becomes part of a state or a path. */
import { isDigest, isName, isVersion, NAME_RULE, VERSION_RULE } from '@outrider/shared/domain/name.js';
import type { StagePeer, SwitchStrategy } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Order } from '../host/host-event.js';
import type { HostCommand } from '../link/ports.js';

/** Longest reason and longest name of a person that is kept. */
const LONGEST_TEXT = 2_000;
/** A lease is a guard: one that outlasts a day guards nothing. */
const LONGEST_LEASE_MS = 24 * 60 * 60 * 1000;

export function checkCommand({ app, fence, holder, rollout, by }: HostCommand): void {
  checkName('command.app', app);
  checkCount('command.fence.epoch', fence.epoch, 1);
  checkCount('command.fence.rollout', fence.rollout, 0);
  checkCount('command.fence.step', fence.step, 0);
  checkText('command.holder', holder);
  checkText('command.rollout', rollout);
  if (by.length > LONGEST_TEXT) throw bad('command.by', 'is too long');
}

export function checkRelease({ version, digest, specDigest }: ReleaseRef): void {
  if (!isVersion(version)) throw bad('release.version', `must be ${VERSION_RULE}`);
  if (!isDigest(digest)) throw bad('release.digest', 'must be a sha256 in lower-case hexadecimal');
  if (!isDigest(specDigest)) throw bad('release.spec_digest', 'must be a sha256 in lower-case hexadecimal');
}

export function checkEpoch(epoch: number, holder: string): void {
  checkCount('epoch', epoch, 1);
  checkText('holder', holder);
}

export function checkName(what: string, name: string): void {
  if (!isName(name)) throw bad(what, `must be ${NAME_RULE}`);
}

const MOST_PEERS = 1_000;

export function peersOf(peers: readonly StagePeer[]): readonly StagePeer[] {
  if (peers.length > MOST_PEERS) throw bad('peers', `are more than ${MOST_PEERS}`);
  return peers.map(({ host, endpoint, hasIt }) => {
    checkName('peers.host', host);
    checkText('peers.endpoint', endpoint);
    return { host, endpoint, hasIt };
  });
}

export function checkText(what: string, text: string): void {
  if (text === '') throw bad(what, 'is missing');
  if (text.length > LONGEST_TEXT) throw bad(what, 'is too long');
}

/** Why one goes back: the coordinator's words, with those of several hosts. */
export const checkReason = (reason: string): void => checkLength('reason', reason, 4_096);

/** What a coordinator wants to be shown again. */
export const checkRecord = (record: string): void => checkLength('record', record, 1024 * 1024);

function checkLength(what: string, text: string, most: number): void {
  if (text.length > most) throw bad(what, `is longer than ${most} characters`);
}

/** `least` 0 where no trial is a choice. */
export function checkConfirmWithin(ms: number, least: 0 | 1): void {
  checkCount('confirm_within_ms', ms, least);
  if (ms > LONGEST_LEASE_MS) throw bad('confirm_within_ms', 'must be at most 24 h');
}

/** @throws where this sidecar knows no such way to swap agents */
export function strategyOf(text: string): SwitchStrategy {
  if (text !== '' && text !== 'blue-green') throw bad('strategy', 'must be empty or blue-green');
  return text;
}

function checkCount(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw bad(what, `must be a whole number from ${least}`);
}

const bad = (what: string, why: string): OutriderError => new OutriderError('invalid', `${what} ${why}.`);

export const orderOf = ({ fence, holder, rollout, by }: HostCommand): Order => ({ fence, holder, rollout, by });
