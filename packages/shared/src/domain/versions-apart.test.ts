import { expect, it } from 'vitest';
import type { Rollout } from './rollout.js';
import { versionsApart, versionsIn, withVersionsApart } from './versions-apart.js';

const made = (patch: Partial<Rollout>, hosts: readonly (readonly [host: string, version: string, app?: string])[]) =>
  ({
    ...{ app: 'shop', version: '9.1.0', digest: '' },
    hosts: hosts.map(([host, version, app]) => ({ host, to: { version }, ...(app === undefined ? {} : { app }) })),
    ...patch,
  }) as unknown as Rollout;

it('names the hosts that go to another version than most, and nobody else', () => {
  const apart = versionsApart(
    made({}, [
      ['b', '9.1.0'],
      ['c', '9.5.0'],
      ['d', '9.1.0'],
    ]),
  );
  expect(apart).toEqual({ c: '9.5.0' });
  expect(withVersionsApart('9.1.0', apart)).toBe('9.1.0 (c: 9.5.0)');
  expect(versionsApart(made({}, [['b', '9.1.0']]))).toBeUndefined();
  expect(withVersionsApart('9.1.0', undefined)).toBe('9.1.0');
});

it('each app has its own', () => {
  const apps = [
    { app: 'ant', version: '1', digest: '' },
    { app: 'bee', version: '2', digest: '' },
  ];
  expect(
    versionsApart(
      made({ apps }, [
        ['b/ant', '1', 'ant'],
        ['b/bee', '2', 'bee'],
        ['c/bee', '1', 'bee'],
      ]),
    ),
  ).toEqual({
    'c/bee': '1',
  });
});

it.each([[undefined], [{}], [{ versions: null }], [{ versions: ['1'] }], [{ versions: 'x' }]])(
  'finds none in %j',
  (data) => {
    expect(versionsIn(data)).toBeUndefined();
  },
);
it('finds what an event says', () => {
  expect(versionsIn({ versions: { c: '9.5.0', d: 7 } })).toEqual({ c: '9.5.0' });
});
