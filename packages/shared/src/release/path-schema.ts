/** Paths inside a release as people write them. */
import { isPlace } from '../domain/prepare.js';
import { list, must, text } from '../runtime/shape.js';

/** A path that stays inside the release. */
export const inside = (what: string) =>
  text(what).refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    must(`${what} inside the release, relative and without ".."`),
  );

const PLACE_RULE = 'a path inside the release, relative and without "." and ".."';

/** Without wildcards and `${...}`: it becomes a link. */
export const place = text(PLACE_RULE).refine(
  (path) => isPlace(path) && !/[*?[\]{}$]/.test(path),
  must(`${PLACE_RULE}, wildcards and \${...}`),
);

export const dataSchema = list(place, '[data/memory.db]');
