/**
 * Decides what leaders may have this host take and run, where its settings name keys that it trusts: only what a holder
 * of one of them has signed, and of that only what agents.yaml says. Without such keys everything passes.
 */
import { join } from 'node:path';
import type { AppSpec, HostAgent } from '@outrider/shared/domain/agent.js';
import { releaseOf } from '@outrider/shared/domain/agent-release.js';
import type { HookAsk } from '@outrider/shared/domain/hook.js';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import { isName } from '@outrider/shared/domain/name.js';
import type { HostSpec, Manifest, ReleaseRef } from '@outrider/shared/domain/release.js';
import { newestByKey, NO_PROOF, type ReleaseProof } from '@outrider/shared/domain/release-signature.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import {
  problemOfAgent,
  problemOfFingerprints,
  problemOfHook,
  problemOfPlaces,
} from '@outrider/shared/release/follows.js';
import { AGENTS_FILE } from '@outrider/shared/release/manifest.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Trust } from '../../link/ports.js';
import { loadSpec, readDocuments } from '../documents.js';
import { layoutOf, type Layout } from '../layout.js';
import { chooseStatement, problemOfTime, type SignedRelease } from './choose.js';
import { TrustMemory } from './memory.js';

export interface TrustOptions {
  readonly dataDir: string;
  /** As in the settings; empty: everything is trusted. */
  readonly trustedKeys: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What was signed, and what agents.yaml says. */
interface Trusted {
  readonly signedAt: string;
  readonly agents: string;
  readonly declared: AppSpec;
}

const COMPILED_KEPT = 16;

export class HostTrust implements Trust {
  private readonly keys: ReadonlySet<string>;
  private readonly memory: TrustMemory;
  private readonly layout: Layout;
  private readonly compiled = new Map<string, AppSpec>();
  /** By app, the active release that was looked at. */
  private readonly seen = new Map<string, string>();
  /** By app, what is active and would not be taken now. */
  private readonly untrusted = new Map<string, string>();

  constructor(private readonly options: TrustOptions) {
    this.keys = new Set(options.trustedKeys);
    this.memory = new TrustMemory(join(options.dataDir, 'trust'));
    this.layout = layoutOf(options.dataDir);
  }

  problemOf: Trust['problemOf'] = (documents, proof) => {
    if (this.keys.size === 0) return undefined;
    return sentenceOf(() => this.check(readDocuments(documents), documents.release, proof));
  };

  admit: Trust['admit'] = (documents, proof) => {
    if (this.keys.size === 0 && proof.signatures.length === 0) return;
    const { release } = documents;
    const read = readDocuments(documents);
    const signedAt = this.keys.size === 0 ? undefined : this.check(read, release, proof);
    this.remember(read.spec.app, release, proof, signedAt);
  };

  allow: Trust['allow'] = (app, release, proof) => {
    if (this.keys.size === 0) return;
    const spec = this.stagedSpec(app, release);
    if (spec === undefined) return;
    const trusted = this.trusted({ ...release, app }, proof);
    if (spec.version !== release.version || spec.digest !== release.digest) {
      throw new OutriderError(
        'refused',
        `What this host is told to run is of ${app} ${spec.version}, and it is told to switch to ${release.version}.`,
      );
    }
    this.checkAgents(spec, trusted.declared);
    this.remember(app, release, proof, trusted.signedAt);
  };

  problemOfHook: Trust['problemOfHook'] = (ask, proof) => {
    if (this.keys.size === 0) return undefined;
    return sentenceOf(() => this.checkHook(ask, proof));
  };

  /** To be told of each change: what was active may become so again, however old it is. Never throws. */
  sawActive(apps: readonly Pick<AppStatus, 'app' | 'active'>[]): void {
    for (const { app, active } of apps) {
      const name = active === undefined ? '' : `${active.version} ${active.digest}`;
      if (active === undefined || this.seen.get(app) === name) continue;
      this.seen.set(app, name);
      const problem = sentenceOf(() => {
        this.memory.becameActive(app, active);
        if (this.keys.size > 0) this.trusted({ ...active, app }, NO_PROOF);
      });
      if (problem === undefined || this.keys.size === 0) this.untrusted.delete(app);
      else this.untrusted.set(app, `${problem} It is active and runs on; nothing is switched to it.`);
    }
  }

  /** Sentences for the status. */
  problems(): readonly string[] {
    return [...this.untrusted.values()];
  }

  /** When it was signed. */
  private check(
    { spec, manifest }: ReturnType<typeof readDocuments>,
    { version, digest }: ReleaseRef,
    proof: ReleaseProof,
  ): string {
    const trusted = this.trusted({ app: spec.app, version, digest }, proof);
    checkAgentsFile(manifest, trusted, version);
    this.checkAgents(spec, trusted.declared);
    const isMixed = spec.agents.some(({ release }) => release !== undefined);
    refuse(problemOfPlaces(spec, trusted.declared, manifest), spec);
    if (!isMixed) refuse(problemOfFingerprints(spec, manifest), spec);
    return trusted.signedAt;
  }

  private remember(app: string, release: ReleaseRef, proof: ReleaseProof, signedAt: string | undefined): void {
    if (proof.signatures.length > 0) this.memory.keep(app, release, proof);
    if (signedAt !== undefined) this.memory.accepted(app, signedAt);
    // It may be signed now.
    this.seen.delete(app);
  }

  private checkHook(ask: HookAsk, proof: ReleaseProof): void {
    const { app, release, hook } = ask;
    if (!isName(app)) throw new OutriderError('invalid', 'This is no name of an app.');
    const { declared } = this.trusted({ ...release, app }, proof);
    const problem = problemOfHook(ask, declared);
    if (problem !== undefined) throw new OutriderError('refused', `The hook ${hook}: ${problem} It does not run here.`);
  }

  /** @throws OutriderError('refused') */
  private trusted(release: SignedRelease, proof: ReleaseProof): Trusted {
    const { app } = release;
    const kept = this.memory.proof(app, release);
    const signatures = newestByKey(kept.signatures, proof.signatures);
    const statement = chooseStatement(release, signatures, this.keys);
    if (typeof statement === 'string') throw new OutriderError('refused', statement);
    const problem = problemOfTime(statement, {
      ...newestOf(this.memory, app),
      wasActive: this.memory.wasActive(app, release),
      now: this.options.now(),
    });
    if (problem !== undefined) throw new OutriderError('refused', problem);
    const { agents, signedAt } = statement;
    const text = [proof.agentsYaml, kept.agentsYaml].find((one) => sha256(one) === agents);
    if (text === undefined) {
      throw new OutriderError(
        'refused',
        `${app} ${release.version} was altered: its ${AGENTS_FILE} is not the one that was signed.`,
      );
    }
    return { signedAt, agents, declared: this.compile(text, agents, app) };
  }

  /** Each of the release that it is of. */
  private checkAgents(spec: HostSpec, declared: AppSpec): void {
    for (const agent of spec.agents) {
      const own = releaseOf(spec, agent);
      refuse(problemOfAgent(agent, this.declaredBy(spec, agent, declared), own.version), spec);
    }
  }

  private declaredBy({ app }: HostSpec, { release }: HostAgent, declared: AppSpec): AppSpec {
    return release === undefined ? declared : this.trusted({ ...release, app }, NO_PROOF).declared;
  }

  private compile(text: string, digest: string, app: string): AppSpec {
    const spec = this.compiled.get(digest) ?? agentsFromYaml(text);
    const [oldest] = this.compiled.keys();
    if (this.compiled.size >= COMPILED_KEPT && oldest !== undefined) this.compiled.delete(oldest);
    this.compiled.set(digest, spec);
    return { ...spec, app };
  }

  /** Undefined: it was never staged here, which whoever switches will say. */
  private stagedSpec(app: string, { specDigest }: ReleaseRef): HostSpec | undefined {
    if (!isName(app)) return undefined;
    try {
      return loadSpec(this.layout, app, specDigest);
    } catch (error) {
      if (error instanceof OutriderError && error.code === 'not_found') return undefined;
      throw error;
    }
  }
}

const newestOf = (memory: TrustMemory, app: string): { readonly newest?: string } => {
  const newest = memory.newest(app);
  return newest === undefined ? {} : { newest };
};

/** Otherwise what was checked would not be what is there. */
function checkAgentsFile({ app, entries }: Manifest, { agents }: Trusted, version: string): void {
  const entry = entries.find(({ path }) => path === AGENTS_FILE);
  if (entry?.kind === 'file' && entry.sha256 === agents) return;
  throw new OutriderError(
    'refused',
    `${app} ${version} was altered: its ${AGENTS_FILE} is not the one that was signed.`,
  );
}

function refuse(problem: string | undefined, { app, version }: HostSpec): void {
  if (problem === undefined) return;
  throw new OutriderError(
    'refused',
    `What this host is told to run of ${app} ${version} does not follow from its signed ${AGENTS_FILE}: ${problem}`,
  );
}

/** Undefined: it did not throw. */
function sentenceOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof OutriderError) return messageOf(error);
    throw error;
  }
}
