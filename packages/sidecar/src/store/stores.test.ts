import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDurableStore } from './durable-state.js';
import { createRecordStore } from './record-store.js';

let folder: string;
const complaints: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-store-'));
  complaints.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stateOf = (epoch: number, apps: object = {}) => ({ binding: { epoch, holder: 'me', since: '' }, apps });

describe('the durable state', () => {
  const path = (): string => join(folder, 'state/host.json');

  it('is nothing at first, and then what was written last', () => {
    const store = createDurableStore(folder);
    expect(store.load()).toBeUndefined();
    store.write(stateOf(1));
    store.write(stateOf(2));
    expect(createDurableStore(folder).load()).toEqual(stateOf(2));
  });

  it('does not mind a write that was cut short', () => {
    createDurableStore(folder).write(stateOf(1));
    writeFileSync(`${path()}.4711.tmp`, '{"format":1,"sha');
    expect(createDurableStore(folder).load()).toEqual(stateOf(1));
    expect(readdirSync(join(folder, 'state'))).toEqual(['host.json']);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, 40), 'it is not whole'],
    ['empty', () => '', 'it is not whole'],
    ['something else', () => '[1, 2]', 'it is no state of a sidecar'],
    ['changed', (text: string) => text.replace('"epoch":1', '"epoch":2'), 'its content does not match its checksum'],
    ['of a newer sidecar', (text: string) => text.replace('"format":1', '"format":7'), 'a newer sidecar wrote it'],
  ])('that is %s is neither guessed at nor touched', (_what, harm, why) => {
    createDurableStore(folder).write(stateOf(1));
    const harmed = harm(readFileSync(path(), 'utf8'));
    writeFileSync(path(), harmed);
    for (let start = 0; start < 2; start += 1) {
      expect(() => createDurableStore(folder).load()).toThrow(`Cannot read ${path()}: ${why}`);
    }
    expect(readFileSync(path(), 'utf8')).toBe(harmed);
  });

  const ref = { version: '1', digest: 'd', specDigest: 's' };
  const app = { app: 'a', failed: [], work: { phase: 'idle' } };
  it.each<[string, unknown]>([
    ['the whole', null],
    ['the whole', []],
    ['binding', { apps: {} }],
    ['binding.epoch', { binding: { epoch: '1', holder: '' }, apps: {} }],
    ['apps', stateOf(1, [])],
    ['apps', { ...stateOf(1), apps: 5 }],
    ['apps.a', stateOf(1, { a: null })],
    ['apps.a.app', stateOf(1, { a: { failed: [], work: { phase: 'idle' } } })],
    ['apps.a.failed', stateOf(1, { a: { ...app, failed: {} } })],
    ['apps.a.failed.0.version', stateOf(1, { a: { ...app, failed: [{}] } })],
    ['apps.a.active.digest', stateOf(1, { a: { ...app, active: { version: '1' } } })],
    ['apps.a.work.phase', stateOf(1, { a: { ...app, work: { phase: 'constructor' } } })],
    ['apps.a.work.lease', stateOf(1, { a: { ...app, work: { ...trial(), lease: 5 } } })],
  ])('of which %s has the wrong shape is kept, whatever its checksum says', (place, state) => {
    createDurableStore(folder).write(state);
    const text = readFileSync(path(), 'utf8');
    expect(() => createDurableStore(folder).load()).toThrow(
      `Cannot read ${path()}: ${place} in it is not what a sidecar writes there. The file is kept`,
    );
    expect(readFileSync(path(), 'utf8')).toBe(text);
  });

  function trial() {
    const change = { rollout: 'r1', by: 'me', since: '', record: '{}' };
    return { phase: 'trial', candidate: ref, change, confirmWithinMs: 5, lease: { bootId: 'b', sinceBootMs: 1 } };
  }

  it('of which there is more than this sidecar knows is read', () => {
    const state = stateOf(1, { a: { ...app, active: ref, work: { ...trial(), later: 1 }, also: 2 } });
    createDurableStore(folder).write(state);
    expect(createDurableStore(folder).load()).toEqual(state);
  });

  it('that the disk refuses is said to be unchanged', () => {
    writeFileSync(join(folder, 'state'), 'in the way');
    expect(() => createDurableStore(folder).write({})).toThrow(/^Cannot write .*host\.json: .* Nothing was changed\.$/);
  });
});

describe('records', () => {
  const create = () =>
    createRecordStore({ runDir: folder, now: () => 0, onUnreadable: (sentence) => complaints.push(sentence) });

  it('come back under the keys they were written under', () => {
    const store = create();
    store.write('assistants/memory.0', { pid: 1 });
    store.write('../%2e/ö', { pid: 2 });
    store.write('gone', {});
    store.remove('gone');
    store.remove('gone');
    expect(create().load()).toEqual([
      { key: '../%2e/ö', record: { pid: 2 } },
      { key: 'assistants/memory.0', record: { pid: 1 } },
    ]);
    expect(readdirSync(folder)).toEqual(['instances']);
  });

  it('that cannot be read are put aside and reported, once', () => {
    create().write('a/b.0', { pid: 1 });
    writeFileSync(join(folder, 'instances/a%2Fc.0.json'), '{"pid":');
    expect(create().load()).toEqual([{ key: 'a/b.0', record: { pid: 1 } }]);
    expect(create().load()).toHaveLength(1);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('it was kept as');
    expect(readdirSync(join(folder, 'instances'))).toContain('a%2Fc.0.json.unreadable-1970-01-01T00:00:00.000Z');
  });

  it('do not mind a folder among them, nor a write that was cut short', () => {
    create().write('a/b.0', { pid: 1 });
    mkdirSync(join(folder, 'instances/x.tmp'));
    mkdirSync(join(folder, 'instances/y.json'));
    writeFileSync(join(folder, 'instances/a%2Fb.0.json.1.tmp'), '{');
    expect(create().load()).toEqual([{ key: 'a/b.0', record: { pid: 1 } }]);
    expect(readdirSync(join(folder, 'instances'))).toEqual([
      'a%2Fb.0.json',
      'x.tmp',
      'y.json.unreadable-1970-01-01T00:00:00.000Z',
    ]);
  });

  it('that can not be written name their file', () => {
    mkdirSync(join(folder, `instances/a.json.${process.pid}.tmp`), { recursive: true });
    expect(() => create().write('a', {})).toThrow(`Cannot write ${folder}/instances/a.json: EISDIR`);
  });

  it('with a key that is too long are refused', () => {
    expect(() => create().write('x'.repeat(300), {})).toThrow('too long for a file name');
  });
});
