/**
 * Owns data_dir/trust: what this host has accepted of each app and what was active here, and the proofs of releases, so
 * that going back needs nobody. Everything is durable before it counts.
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest, isVersion } from '@outrider/shared/domain/name.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { newestByKey, NO_PROOF, type ReleaseProof } from '@outrider/shared/domain/release-signature.js';
import { readSignature } from '@outrider/shared/release/signature.js';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { diskProblem } from '@outrider/shared/release/store/disk.js';

interface Ledger {
  readonly newest?: string;
  /** `VERSION DIGEST`, in the order in which they became active for the first time. */
  readonly active: readonly string[];
}

type Named = Pick<ReleaseRef, 'version' | 'digest'>;

/** Far above what a host keeps of releases; a proof that is gone comes again with the next command. */
const PROOFS_KEPT = 200;
const ACTIVE_KEPT = 2_000;
const SIGNATURES_KEPT = 16;

export class TrustMemory {
  private readonly ledgers = new Map<string, Ledger>();

  constructor(private readonly folder: string) {}

  /** The newest `signedAt` that was accepted. @throws OutriderError where what is on disk can't be read. */
  newest(app: string): string | undefined {
    return this.ledger(app).newest;
  }

  wasActive(app: string, release: Named): boolean {
    return this.ledger(app).active.includes(nameOf(release));
  }

  accepted(app: string, signedAt: string): void {
    const { newest = '', active } = this.ledger(app);
    if (signedAt > newest) this.write(app, { newest: signedAt, active });
  }

  becameActive(app: string, release: Named): void {
    const { active, ...rest } = this.ledger(app);
    const name = nameOf(release);
    if (!active.includes(name)) this.write(app, { ...rest, active: [...active, name].slice(-ACTIVE_KEPT) });
  }

  /** Nothing where there is none, or none that can be read: then it has to come again. */
  proof(app: string, release: Named): ReleaseProof {
    return readProof(this.proofFile(app, release)) ?? this.earlierProof(app, release);
  }

  /** With what is kept already. Whatever is no signature of this very release is not kept. */
  keep(app: string, release: Named, news: ReleaseProof): void {
    const before = this.proof(app, release);
    const good = news.signatures.filter((one) => {
      const statement = readSignature(one);
      return isOf(release, statement) && statement?.agents === sha256(news.agentsYaml);
    });
    const signatures = newestByKey(before.signatures, good).slice(0, SIGNATURES_KEPT);
    if (JSON.stringify(signatures) === JSON.stringify(before.signatures)) return;
    this.store(this.proofFile(app, release), { signatures, agentsYaml: news.agentsYaml });
    this.prune(app);
  }

  /** As sidecars kept it that had one file for all versions of one content: it may be of another version. */
  private earlierProof(app: string, release: Named): ReleaseProof {
    const found = readProof(join(this.folder, app, 'proofs', `${release.digest}.json`)) ?? NO_PROOF;
    return { ...found, signatures: found.signatures.filter((one) => isOf(release, readSignature(one))) };
  }

  private prune(app: string): void {
    const folder = join(this.folder, app, 'proofs');
    const names = readdirSync(folder);
    if (names.length <= PROOFS_KEPT) return;
    const aged = names.map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs })).sort((a, b) => b.at - a.at);
    for (const { name } of aged.slice(PROOFS_KEPT)) rmSync(join(folder, name), { force: true });
  }

  private ledger(app: string): Ledger {
    const known = this.ledgers.get(app);
    if (known !== undefined) return known;
    const path = this.ledgerFile(app);
    let ledger: Ledger;
    try {
      ledger = readLedger(readFileSync(path, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw new OutriderError(
          'refused',
          `${path} can't be read (${messageOf(error)}), so nobody can tell which releases were accepted here before. ` +
            'Restore it; or remove it, and any signed release is accepted as if it were the first.',
          { cause: error },
        );
      }
      ledger = { active: [] };
    }
    this.ledgers.set(app, ledger);
    return ledger;
  }

  private write(app: string, ledger: Ledger): void {
    this.store(this.ledgerFile(app), ledger);
    this.ledgers.set(app, ledger);
  }

  private store(path: string, value: object): void {
    try {
      writeDurably(path, JSON.stringify(value), 0o600);
    } catch (error) {
      throw diskProblem(error, path);
    }
  }

  private ledgerFile(app: string): string {
    return join(this.folder, app, 'accepted.json');
  }

  /** Of the version too: one content may be released again under another, and either is signed by itself. */
  private proofFile(app: string, { version, digest }: Named): string {
    if (!isDigest(digest)) throw new OutriderError('invalid', `${JSON.stringify(digest.slice(0, 80))} is no digest.`);
    if (!isVersion(version)) {
      throw new OutriderError('invalid', `${JSON.stringify(version.slice(0, 80))} is no version.`);
    }
    return join(this.folder, app, 'proofs', `${digest}-${version}.json`);
  }
}

const nameOf = ({ version, digest }: Named): string => `${version} ${digest}`;

const isOf = ({ version, digest }: Named, statement: Named | undefined): boolean =>
  statement?.version === version && statement.digest === digest;

function readProof(path: string): ReleaseProof | undefined {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<ReleaseProof> | null;
    const { signatures, agentsYaml } = found ?? {};
    return Array.isArray(signatures) && typeof agentsYaml === 'string' ? { signatures, agentsYaml } : undefined;
  } catch {
    return undefined;
  }
}

function readLedger(text: string): Ledger {
  const value = JSON.parse(text) as Partial<Ledger> | null;
  const isOne =
    Array.isArray(value?.active) &&
    value.active.every((name) => typeof name === 'string') &&
    ['string', 'undefined'].includes(typeof value.newest);
  if (isOne) return value as Ledger;
  throw new Error('it is no record of accepted releases');
}
