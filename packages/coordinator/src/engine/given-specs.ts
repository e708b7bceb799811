/** Finds again what a host was given to run of a release: in Redis, which keeps it for a while, else resolved anew. */
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { Release, ReleaseRef } from '@outrider/shared/domain/release.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ResolveHostSpec } from './planner.js';
import type { Fleet, FleetHost, Releases, SpecStore } from './ports.js';

export interface GivenSpecsOptions {
  readonly fleet: Pick<Fleet, 'host' | 'hosts'>;
  readonly releases: Pick<Releases, 'manifest' | 'spec'>;
  readonly specs: SpecStore;
  readonly resolve: ResolveHostSpec;
}

/** As canonical JSON. Those that can't be found any more are left out. */
export async function givenSpecs(
  name: string,
  { app, version, digest }: Pick<Release, 'app' | 'version' | 'digest'>,
  options: GivenSpecsOptions,
): Promise<readonly string[]> {
  const host = options.fleet.host(name);
  const own = host?.status?.apps.find((one) => one.app === app);
  const { staging, previous, candidate, active } = own ?? {};
  // A staging does not tell its version; it is the one asked for, or what is resolved is not the same.
  const staged = staging === undefined ? undefined : { ...staging, version };
  const refs = [staged, previous, candidate, active].flatMap((ref) => ref ?? []);
  const given = new Map(refs.filter((ref) => ref.digest === digest).map((ref) => [ref.specDigest, ref]));
  const found: string[] = [];
  for (const ref of given.values()) {
    const text = (await options.specs.loadSpec(ref.specDigest).catch(unlessOurs)) ?? '';
    const isIt = sha256(text) === ref.specDigest;
    const again = isIt || host === undefined ? text : await resolved(host, ref, options).catch(unlessOurs);
    if (again !== undefined && sha256(again) === ref.specDigest) found.push(again);
  }
  return found;
}

/** The same as it was, unless settings or hosts are others by now: whoever asks looks at its digest. */
async function resolved(
  host: FleetHost,
  { version, digest }: Pick<ReleaseRef, 'version' | 'digest'>,
  { fleet, releases, resolve }: GivenSpecsOptions,
): Promise<string> {
  const { manifest } = await releases.manifest(digest);
  const spec = await releases.spec(digest);
  const hosts = Object.freeze(Object.fromEntries(fleet.hosts().map((one) => [one.name, one.address])));
  return canonicalJson(resolve({ spec, manifest, version, digest, host, hosts }).spec);
}

function unlessOurs(error: unknown): undefined {
  if (!(error instanceof OutriderError)) throw error;
  return undefined;
}
