/** Releases with an agents.yaml, signed by keys of the test alone. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import type { ReleaseProof, ReleaseStatement } from '@outrider/shared/domain/release-signature.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { resolveHostSpec } from '@outrider/shared/release/host-spec.js';
import { readManifest } from '@outrider/shared/release/manifest.js';
import { publicKeyText, signRelease } from '@outrider/shared/release/signature.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import type { ReleaseDocuments } from '../../supervise/ports.js';
import { type Sample, sampleOf } from './sample.js';

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
}

export function testKey(): TestKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: publicKeyText(privateKey) };
}

export interface SignedSample extends Sample {
  readonly app: string;
  readonly agentsYaml: string;
  readonly spec: HostSpec;
}

export const AGENTS_YAML = `app: assistants
agents:
  memory: { command: [python3, memory.py, "--model=\${MODEL}"] }
  vision: { command: [python3, vision.py], secrets: [API_KEY] }
hooks:
  before_rollout: { command: [migrate, up], on: once, secrets: [DB_KEY] }
`;

/** As a coordinator would make it for the host pc2. */
export function signedSample(
  version: string,
  files: Readonly<Record<string, string>> = {},
  agentsYaml: string = AGENTS_YAML,
): SignedSample {
  const tree = { 'memory.py': `of ${version}`, 'vision.py': 'see', ...files, 'agents.yaml': agentsYaml };
  const { documents, release } = sampleOf(version, tree);
  const manifest = readManifest(documents.manifest);
  const { spec } = resolveHostSpec({
    ...{ spec: agentsFromYaml(agentsYaml), manifest, digest: release.digest, version, environment: 'local' },
    ...{ host: { name: 'pc2', labels: {} }, hosts: { pc2: '127.0.0.12' }, settings: { MODEL: '/opt/model' } },
  });
  return { ...sampleOf(version, tree, spec), app: 'assistants', agentsYaml, spec };
}

/** The same release, of which the coordinator says something else. */
export function withAgents(
  { documents, spec }: SignedSample,
  change: (agents: readonly HostAgent[]) => readonly HostAgent[],
): ReleaseDocuments {
  const hostSpec = Buffer.from(canonicalJson({ ...spec, agents: change(spec.agents) }));
  return { ...documents, hostSpec, release: { ...documents.release, specDigest: sha256(hostSpec) } };
}

export function proofOf(
  { app, release, agentsYaml }: SignedSample,
  keys: readonly TestKey[],
  signedAt: string,
  change: Partial<ReleaseStatement> = {},
): ReleaseProof {
  const { version, digest } = release;
  const statement = { app, version, digest, agents: sha256(agentsYaml), signedAt, ...change };
  return { signatures: keys.map(({ privateKey }) => signRelease(statement, privateKey)), agentsYaml };
}
