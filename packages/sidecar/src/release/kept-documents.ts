/**
 * Reads the documents of a release that is here again, its manifest and what is to run of it, and makes good what is lost
 * or damaged with what was sent along. Nothing is kept that this host does not need: what is sent is no new order.
 */
import { existsSync } from 'node:fs';
import { isDigest } from '@outrider/shared/domain/name.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReleaseChecks } from '../link/ports.js';
import type { NeededReleases } from '../supervise/ports.js';
import { checkDigest, keep, loadManifest, loadSpec } from './documents.js';
import type { Layout } from './layout.js';

type Ask = Parameters<ReleaseChecks['checkAll']>[0];
type Found = Pick<VerifyResult, 'damaged' | 'mended' | 'problems'>;

interface Document {
  readonly name: string;
  readonly path: string;
  readonly digest: string;
  readonly load: () => unknown;
  /** Where nobody has sent it. */
  readonly remedy: string;
}

export interface KeptDocuments extends Found {
  /** Without it nobody knows what belongs into the tree. */
  readonly hasManifest: boolean;
}

/** @throws OutriderError('invalid') where what was sent is not the manifest of this release. */
export function checkDocuments(layout: Layout, ask: Ask, needed: NeededReleases['releases']): KeptDocuments {
  const { manifest, hostSpecs = [], release } = ask;
  if (manifest.length > 0) checkDigest('manifest', manifest, release.digest);
  const sent = new Map([manifest, ...hostSpecs].map((content) => [sha256(content), content]));
  const [damaged, mended, problems]: [string[], string[], string[]] = [[], [], []];
  const documents = [manifestOf(layout, ask), ...specsOf(layout, ask, needed, sent)];
  for (const document of documents) {
    if (problemOf(document.load) === undefined) continue;
    damaged.push(document.name);
    const problem = mend(document, sent.get(document.digest));
    if (problem === undefined) mended.push(document.name);
    else problems.push(problem);
  }
  const hasManifest = documents.slice(0, 1).every(({ name }) => !damaged.includes(name) || mended.includes(name));
  return { damaged, mended, problems, hasManifest };
}

export const withDocuments = ({ damaged, mended, problems }: Found, rest: VerifyResult): VerifyResult => ({
  ...rest,
  damaged: [...damaged, ...rest.damaged],
  mended: [...mended, ...rest.mended],
  problems: [...problems, ...rest.problems],
});

const manifestOf = (layout: Layout, { app, release: { version, digest } }: Ask): Document => ({
  ...{ name: 'the manifest', path: layout.manifest(app, digest), digest },
  load: () => loadManifest(layout, app, digest),
  remedy: `coordinator release verify ${version} --app ${app} mends it there; then verify this host again.`,
});

/** What this host needs of the release; and what of it is here, needed or not. */
function specsOf(
  layout: Layout,
  { app, release: { version, digest } }: Ask,
  needed: NeededReleases['releases'],
  sent: ReadonlyMap<string, Uint8Array>,
): readonly Document[] {
  const own = needed.filter((one) => one.app === app && one.digest === digest).map((one) => one.specDigest);
  const here = [...sent.keys()].filter((one) => existsSync(layout.spec(app, one)));
  return [...new Set([...own, ...here])].filter(isDigest).map((specDigest) => ({
    ...{ name: `host spec ${specDigest.slice(0, 12)}`, path: layout.spec(app, specDigest), digest: specDigest },
    load: () => loadSpec(layout, app, specDigest),
    remedy: `Roll the release out again: coordinator rollout --version ${version} --app ${app}.`,
  }));
}

function mend({ path, load, remedy }: Document, content: Uint8Array | undefined): string | undefined {
  if (content === undefined) return `${path} is lost or damaged, and the coordinator could not give it anew. ${remedy}`;
  return problemOf(() => {
    keep(path, content);
    load();
  });
}

/** A sentence; undefined: it was done. */
function problemOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof OutriderError) return error.message;
    throw error;
  }
}
