/** Reads agents.yaml out of stored blobs. The compiler is given: this folder knows no YAML. */
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import type { Manifest } from '@outrider/shared/domain/release.js';
import { AGENTS_FILE } from '@outrider/shared/release/manifest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

/** Text of an agents.yaml and its name -> what it says. Throws `OutriderError('invalid')` with file and line. */
export type CompileAgents = (text: string, file: string) => AppSpec;

/** One content of the release; `what` says which, at the beginning of a sentence. */
export type ReadContent = (sha256: string, what: string) => Promise<Buffer>;

export async function readAgentsText(manifest: Manifest, read: ReadContent): Promise<string> {
  const entry = manifest.entries.find((candidate) => candidate.path === AGENTS_FILE);
  if (entry?.kind !== 'file') {
    throw new OutriderError('invalid', `There is no file ${AGENTS_FILE} at the root of the release.`);
  }
  return (await read(entry.sha256, AGENTS_FILE)).toString('utf8');
}

/** The spec under the app name of the manifest. */
export async function readAppSpec(manifest: Manifest, read: ReadContent, compile: CompileAgents): Promise<AppSpec> {
  return { ...compile(await readAgentsText(manifest, read), AGENTS_FILE), app: manifest.app };
}
