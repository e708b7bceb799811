/** What goes to hosts with a release, so that they can tell who has released it: its signatures and its agents.yaml. */
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { NO_PROOF, type ReleaseProof } from '@outrider/shared/domain/release-signature.js';
import type { ReleaseSignatures } from './signatures.js';

/** Texts that are at hand for the next host. */
const TEXTS_KEPT = 32;

export class ReleaseProofs {
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly signatures: Pick<ReleaseSignatures, 'of'>,
    private readonly agentsText: (digest: string) => Promise<string>,
  ) {}

  /** Where the text can't be had, without it: a host that has had the release has the text too. */
  readonly of = async (
    app: string,
    { version, digest }: Pick<ReleaseRef, 'version' | 'digest'>,
  ): Promise<ReleaseProof> => {
    const signatures = this.signatures.of(app, version);
    if (signatures.length === 0) return NO_PROOF;
    return { signatures, agentsYaml: this.texts.get(digest) ?? (await this.text(digest)) };
  };

  private async text(digest: string): Promise<string> {
    const text = await this.agentsText(digest).catch(() => undefined);
    if (text === undefined) return '';
    const [oldest] = this.texts.keys();
    if (this.texts.size >= TEXTS_KEPT && oldest !== undefined) this.texts.delete(oldest);
    this.texts.set(digest, text);
    return text;
  }
}
