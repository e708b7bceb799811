/**
 * Ids of incarnations. Each says, beside what makes it unique, what its agent was like: so a process proves it even
 * where its record is lost. Pure.
 */
import type { HostAgent } from '@outrider/shared/domain/agent.js';

const PROOF_CHARACTERS = 12;

/** Letters, digits and `-` alone: it becomes part of paths. */
export const newIncarnation = (unique: string, { fingerprint }: Pick<HostAgent, 'fingerprint'>): string =>
  `${unique}-${proofOf(fingerprint)}`;

/** Whether an incarnation was started with exactly these settings and files. */
export const wasStartedAs = (incarnation: string, { fingerprint }: Pick<HostAgent, 'fingerprint'>): boolean =>
  incarnation.endsWith(`-${proofOf(fingerprint)}`);

const proofOf = (fingerprint: string): string => fingerprint.replace(/[^A-Za-z0-9]/g, '').slice(0, PROOF_CHARACTERS);
