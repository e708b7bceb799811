/** Releases to try: a folder's worth of contents, with the documents that go with it. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { HostSpec, ManifestEntry, ReleaseRef } from '@outrider/shared/domain/release.js';
import { byPath, manifestBytes } from '@outrider/shared/release/manifest.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import type { ReleaseDocuments } from '../../supervise/ports.js';

export interface Sample {
  readonly documents: ReleaseDocuments;
  readonly release: ReleaseRef;
  readonly contents: readonly Buffer[];
}

type Content = string | Buffer | { readonly target: string } | { readonly run: string } | typeof FOLDER;

export const FOLDER = Symbol('an empty folder');

/** By path: text, bytes, a link, a program, or an empty folder. */
export function sampleOf(
  version: string,
  files: Readonly<Record<string, Content>>,
  spec: Partial<HostSpec> = {},
): Sample {
  const app = spec.app ?? 'assistants';
  const contents: Buffer[] = [];
  const entries = Object.entries(files).map(([path, content]): ManifestEntry => {
    if (content === FOLDER) return { kind: 'folder', path };
    if (typeof content === 'object' && 'target' in content) return { kind: 'symlink', path, target: content.target };
    const run = typeof content === 'object' && 'run' in content;
    const data = Buffer.from(run ? content.run : content);
    contents.push(data);
    return { kind: 'file', path, mode: run ? 0o755 : 0o644, size: data.length, sha256: sha256(data) };
  });
  const manifest = manifestBytes({ app, entries: entries.sort(byPath) });
  const digest = sha256(manifest);
  const whole: HostSpec = {
    app,
    version,
    digest,
    environment: 'local',
    host: 'pc2',
    hosts: { pc2: '127.0.0.12' },
    agents: [],
    ...spec,
  };
  const hostSpec = Buffer.from(canonicalJson(whole));
  const release = { version, digest, specDigest: sha256(hostSpec) };
  return { documents: { release, manifest, hostSpec }, release, contents };
}

export const agentOf = (name: string, patch: Partial<HostAgent> = {}): HostAgent => ({
  name,
  command: ['sleep', '1'],
  hosts: [],
  replicas: 1,
  environment: {},
  workingDir: '.',
  dependsOn: [],
  files: [],
  healthchecks: [],
  restart: { kind: 'always' },
  stopSignal: 'SIGTERM',
  stopGraceMs: 10_000,
  order: 'stop-first',
  parallelism: 1,
  sockets: [],
  fingerprint: `fingerprint-${name}`,
  ...patch,
});
