import { expect, test } from 'vitest';
import { RecentManifests } from './recent-manifests.js';

const one = (entries: number) => ({
  app: 'app',
  entries: Array.from({ length: entries }, () => ({ kind: 'folder', path: 'a' }) as const),
});

test('those that were asked for last are kept', () => {
  const recent = new RecentManifests();
  const all = ['a', 'b', 'c'];
  for (const digest of all.slice(0, 2)) recent.add(digest, 'sent', one(1));
  recent.get('a', 'sent');
  recent.add('c', 'sent', one(1));
  expect(all.filter((digest) => recent.get(digest, 'sent') !== undefined)).toEqual(['a', 'c']);
});

test('large ones leave less room for others, and one that is too large for it is not kept', () => {
  const recent = new RecentManifests();
  recent.add('a', 'sent', one(60_000));
  recent.add('b', 'sent', one(60_000));
  expect(recent.get('a', 'sent')).toBeUndefined();
  recent.add('c', 'sent', one(100_001));
  expect(recent.get('c', 'sent')).toBeUndefined();
  expect(recent.get('b', 'sent')).toBeDefined();
});

test('what was accepted by older rules is not read by those of now', () => {
  const recent = new RecentManifests();
  recent.add('a', 'accepted', one(1));
  expect(recent.get('a', 'sent')).toBeUndefined();
  expect(recent.get('a', 'accepted')).toBeDefined();
  recent.add('a', 'sent', one(1));
  expect(recent.get('a', 'accepted')).toBeDefined();
});
