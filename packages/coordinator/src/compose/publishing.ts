/** Naming of releases, as the faces of the coordinator ask for it. */
import type { Publishing } from '../api/ports.js';
import type { ReleaseParts } from './releases.js';

type Parts = Pick<ReleaseParts, 'catalog' | 'copies' | 'rounds'>;

export const publishingOf = ({ catalog, copies, rounds }: Parts): Publishing => ({
  expectPush: (digest) => catalog.expectPush(digest),
  offer: (manifest) => catalog.offer(manifest),
  push: async (ask) => {
    const pushed = await catalog.push(ask);
    if (pushed.isNew) rounds.soon();
    return pushed;
  },
  agentsText: (digest) => copies.agentsText(digest),
  tag: (...words) => catalog.tag(...words),
});
