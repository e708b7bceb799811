/** For tests: a release as it is written, with what its agents.yaml says resolved for this host as a coordinator does it. */
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { resolveHostSpec } from '@outrider/shared/release/host-spec.js';
import { readManifest } from '@outrider/shared/release/manifest.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { type Sample, sampleOf } from './sample.js';

/** @throws where something is wrong with it. */
export function written(
  version: string,
  agentsYaml: string,
  files: Parameters<typeof sampleOf>[1],
  settings: Readonly<Record<string, string>> = {},
): Sample {
  const { documents, release, contents } = sampleOf(version, { 'agents.yaml': agentsYaml, ...files });
  const { spec, problems } = resolveHostSpec({
    ...{ spec: { ...agentsFromYaml(agentsYaml), app: 'assistants' }, manifest: readManifest(documents.manifest) },
    ...{ digest: release.digest, version, host: { name: 'pc2', labels: {} }, hosts: { pc2: '127.0.0.12' } },
    ...{ environment: 'local', settings },
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const hostSpec = Buffer.from(canonicalJson(spec));
  const found = { ...release, specDigest: sha256(hostSpec) };
  return { documents: { ...documents, release: found, hostSpec }, release: found, contents };
}
