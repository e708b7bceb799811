/** Shapes of releases. */
import { RELEASE_USES, SOURCE_KINDS } from '@outrider/shared/domain/release.js';
import { z } from 'zod';
import { count, named } from './shapes.js';

const release = {
  app: z.string(),
  version: z.string(),
  digest: z.string().describe('sha256 of its manifest.'),
  files: count,
  bytes: count,
  pushed_at: z.string(),
  by: z.string(),
  message: z.string().optional(),
  source: z
    .object({ kind: z.enum(SOURCE_KINDS), ref: z.string().optional(), commit: z.string().optional() })
    .optional(),
  tags: z.array(z.string()),
  uses: z.array(z.object({ how: z.enum(RELEASE_USES), host: z.string().optional(), rollout: z.string().optional() })),
  signatures: z.array(z.object({ key: z.string(), signed_at: z.string() })).optional(),
};

export const Release = named('Release', z.object(release));

const Entry = named(
  'Entry',
  z.union([
    z.object({ kind: z.literal('file'), path: z.string(), mode: z.int(), size: count, sha256: z.string() }),
    z.object({ kind: z.literal('symlink'), path: z.string(), target: z.string() }),
    z.object({ kind: z.literal('folder'), path: z.string() }),
  ]),
);

export const WholeRelease = named(
  'WholeRelease',
  z.object({ ...release, agents_yaml: z.string().describe('Its text.'), entries: z.array(Entry) }),
);
