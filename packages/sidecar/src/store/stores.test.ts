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

describe('the durable state', () => {
  const path = (): string => join(folder, 'state/host.json');

  it('is nothing at first, and then what was written last', () => {
    const store = createDurableStore(folder);
    expect(store.load()).toBeUndefined();
    store.write({ apps: { one: 1 } });
    store.write({ apps: { two: [2] } });
    expect(createDurableStore(folder).load()).toEqual({ apps: { two: [2] } });
  });

  it('does not mind a write that was cut short', () => {
    createDurableStore(folder).write({ a: 1 });
    writeFileSync(`${path()}.4711.tmp`, '{"format":1,"sha');
    expect(createDurableStore(folder).load()).toEqual({ a: 1 });
    expect(readdirSync(join(folder, 'state'))).toEqual(['host.json']);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, 40), 'it is not whole'],
    ['empty', () => '', 'it is not whole'],
    ['something else', () => '[1, 2]', 'it is no state of a sidecar'],
    ['changed', (text: string) => text.replace('"a":1', '"a":2'), 'its content does not match its checksum'],
    ['of a newer sidecar', (text: string) => text.replace('"format":1', '"format":7'), 'a newer sidecar wrote it'],
  ])('that is %s is neither guessed at nor touched', (_what, harm, why) => {
    createDurableStore(folder).write({ a: 1 });
    const harmed = harm(readFileSync(path(), 'utf8'));
    writeFileSync(path(), harmed);
    for (let start = 0; start < 2; start += 1) {
      expect(() => createDurableStore(folder).load()).toThrow(`Cannot read ${path()}: ${why}`);
    }
    expect(readFileSync(path(), 'utf8')).toBe(harmed);
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
