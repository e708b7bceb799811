import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rendezvousFolder } from './notes.js';
import { findDaemons } from './daemon-notes.js';
import { findEndpoint, publishEndpoint } from './rendezvous.js';
import { ensureToken } from './token.js';

let root: string;
let folder: string;
let tokenFile: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outrider-meet-'));
  folder = join(root, 'endpoints');
  tokenFile = join(root, 'token');
  ensureToken(tokenFile);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

describe('rendezvous', () => {
  it('brings a daemon and a client together until the daemon ends', () => {
    const remove = publishEndpoint(
      'coordinator',
      { endpoint: '127.0.0.1:7077', tokenFile, http: '127.0.0.1:7777' },
      folder,
    );
    expect(findEndpoint('coordinator', undefined, undefined, folder)).toEqual({
      endpoint: '127.0.0.1:7077',
      token: ensureToken(tokenFile),
      http: '127.0.0.1:7777',
    });
    expect(findEndpoint('sidecar', undefined, undefined, folder)).toBeUndefined();
    remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('asks which, where several run, unless one of them is preferred', () => {
    const note = (endpoint: string, pid: number): void => {
      publishEndpoint('sidecar', { endpoint, tokenFile }, folder);
      const path = join(folder, `sidecar-${endpoint.replace(':7070', '-7070')}.json`);
      writeFileSync(path, JSON.stringify({ endpoint, tokenFile, pid }));
    };
    const find = (...args: [endpoint?: string | undefined, preferred?: string]) =>
      findEndpoint('sidecar', args[0], args[1], folder)?.endpoint;
    note('127.0.0.11:7070', process.pid);
    note('127.0.0.12:7070', process.pid);
    expect(find()).toBe('127.0.0.11:7070');
    note('127.0.0.13:7070', process.ppid);
    expect(() => find()).toThrow(
      'Several run here: 127.0.0.11:7070, 127.0.0.12:7070, 127.0.0.13:7070. Choose one with --endpoint.',
    );
    expect(find(undefined, '127.0.0.12:7070')).toBe('127.0.0.12:7070');
    expect(find('127.0.0.13:7070')).toBe('127.0.0.13:7070');
    expect(find('127.0.0.9:7070')).toBeUndefined();
  });

  it('speaks to another machine with the token it is given', () => {
    const other = join(root, 'other');
    vi.stubEnv('OUTRIDER_TOKEN_FILE', other);
    const token = ensureToken(other);
    expect(findEndpoint('coordinator', '10.0.0.1:7077', undefined, folder)).toEqual({
      endpoint: '10.0.0.1:7077',
      token,
    });
    expect(findEndpoint('coordinator', undefined, undefined, folder)).toBeUndefined();
  });

  it('does not believe the notes of the dead, nor of another process with their pid', async () => {
    const child = spawn('true', { stdio: 'ignore' });
    await once(child, 'exit');
    publishEndpoint('sidecar', { endpoint: '127.0.0.1:1', tokenFile }, folder)();
    const write = (name: string, note: object) =>
      writeFileSync(join(folder, `sidecar-${name}.json`), JSON.stringify(note));
    write('dead', { endpoint: '127.0.0.1:1', tokenFile, pid: child.pid });
    write('other', { endpoint: '127.0.0.1:2', tokenFile, pid: process.pid, startTicks: 1 });
    write('torn', { endpoint: '127.0.0.1:3' });
    writeFileSync(join(folder, 'sidecar-junk.json'), '{');
    expect(findDaemons('sidecar', folder)).toEqual([]);
  });

  it('leaves the note of its successor alone', () => {
    const remove = publishEndpoint('sidecar', { endpoint: '127.0.0.1:1', tokenFile }, folder);
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), JSON.stringify({ endpoint: '127.0.0.1:1', tokenFile, pid: 1 }));
    remove();
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('neither writes to nor reads from a folder that others can write', () => {
    publishEndpoint('sidecar', { endpoint: '127.0.0.1:1', tokenFile }, folder);
    chmodSync(folder, 0o777);
    expect(findDaemons('sidecar', folder)).toEqual([]);
    expect(() => publishEndpoint('sidecar', { endpoint: '127.0.0.1:2', tokenFile }, folder)).toThrow(
      /written by other users/,
    );
  });

  it('has a folder for each user', () => {
    expect(rendezvousFolder({ OUTRIDER_RENDEZVOUS: '/x' })).toBe('/x');
    expect(rendezvousFolder({})).toMatch(/^\/(run\/outrider|tmp\/outrider-\d+)\/endpoints$/);
  });
});
