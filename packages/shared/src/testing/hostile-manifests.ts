/** Manifests that would harm whoever believed them. Whoever takes manifests is tested with all of them. */
import { canonicalJson } from '../domain/canonical.js';

export interface HostileManifest {
  readonly name: string;
  readonly bytes: Buffer;
  /** Of the sentence with which it is refused. */
  readonly sentence: RegExp;
}

const SHA256 = 'a'.repeat(64);
const file = (path: string, more: object = {}) => ({
  kind: 'file',
  path,
  mode: 0o644,
  size: 1,
  sha256: SHA256,
  ...more,
});
const link = (path: string, target: string) => ({ kind: 'symlink', path, target });

export const hostileManifests = (app: string): readonly HostileManifest[] => {
  const of = (name: string, sentence: RegExp, ...entries: readonly object[]): HostileManifest => ({
    ...{ name, sentence, bytes: Buffer.from(canonicalJson({ app, entries })) },
  });
  return [
    of('a path that climbs out', /paths are relative/, file('../../etc/cron.d/x')),
    of('a path that climbs out from within', /paths are relative/, file('a/../../x')),
    of('an absolute path', /paths are relative/, file('/etc/cron.d/x')),
    of('an absolute link', /absolute path/, link('etc', '/etc')),
    of('a link that leads out', /leads out/, link('a/etc', '../../etc')),
    of('a link through a link that leads out', /leads out/, link('a/b/up', '../..'), link('out', 'a/b/up/../etc')),
    of('a file below a link', /below "etc"/, link('etc', 'other'), file('etc/passwd')),
    of('a file below a file', /below "a"/, file('a'), file('a/b')),
    of('a device', /neither file, symlink nor folder/, { kind: 'device', path: 'sda', major: 8, minor: 0 }),
    of('a setuid bit', /mode/, file('su', { mode: 0o4755 })),
    of('a setgid bit', /mode/, file('su', { mode: 0o2755 })),
    of('a file that all may write', /mode/, file('a', { mode: 0o666 })),
    of('a NUL in a name', /paths are relative/, file('a\0.sh')),
    of('a line break in a name', /control characters/, file('a\nb')),
    of('a name written backwards', /control characters/, file('a\u202ehs.txt')),
    of('names that look the same', /look the same/, file('cafe\u0301'), file('caf\u00e9')),
    of('the same name twice', /twice/, file('a'), file('a')),
    of('a size below nothing', /size/, file('a', { size: -1 })),
    of('a size beyond counting', /size/, file('a', { size: 2 ** 60 })),
    of('no digest', /sha256/, file('a', { sha256: '../../x' })),
    { name: 'an endless list', bytes: endless(app), sentence: /at most 500000/ },
    { name: 'more than any manifest has', bytes: Buffer.alloc(48 * 1024 * 1024 + 1, 32), sentence: /longer than/ },
    {
      name: 'half a character',
      bytes: Buffer.from(`{"app":"${app}","entries":[{"kind":"folder","path":"\\ud800"}]}`),
      sentence: /no proper Unicode/,
    },
  ];
};

function endless(app: string): Buffer {
  const entries = Array.from({ length: 500_001 }, (_, index) => ({ kind: 'folder', path: `${index}` }));
  return Buffer.from(canonicalJson({ app, entries }));
}
