/** Releases: which there are, and what is in one. */
import { releaseDocument, wholeReleaseDocument } from '@outrider/shared/documents/release.js';
import { readAccepted } from '@outrider/shared/release/manifest.js';
import { readRelease } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { z } from 'zod';
import { nameOf, pageOf, versionOf } from './parameters.js';
import { ok, part, type RestRoute, route } from './route.js';
import { Release, WholeRelease } from './shapes-release.js';

const tag = 'releases';

const list = route({
  ...{
    method: 'GET',
    path: '/releases',
    tag,
    summary: 'Every release, oldest first, and where it is in use',
    link: true,
  },
  parameters: { app: nameOf('Only of this app.'), ...pageOf(10_000, 1_000) },
  answers: { 200: { description: 'As `coordinator release ls --json`.', shape: z.array(Release) } },
  handle: async (asked) => {
    const { releases } = await asked.wire.ListReleases({ app: asked.values.app });
    return part(asked, releases.map(readRelease).map(releaseDocument));
  },
});

const one = route({
  ...{
    method: 'GET',
    path: '/releases/{version}',
    tag,
    summary: 'One release: its agents.yaml and files',
    token: true,
  },
  parameters: {
    version: versionOf('A version, a tag, or latest, previous, good.'),
    app: nameOf('Where there is more than one app.'),
  },
  answers: { 200: { description: 'As `coordinator release show --json`.', shape: WholeRelease } },
  handle: async ({ values, wire }) => {
    const { release, manifest, agentsYaml } = await wire.ShowRelease(values);
    if (release === null) throw new OutriderError('internal', 'The release is missing in the answer.');
    return ok(wholeReleaseDocument(readRelease(release), agentsYaml, readAccepted(manifest)));
  },
});

export const RELEASES: readonly RestRoute[] = [list, one];
