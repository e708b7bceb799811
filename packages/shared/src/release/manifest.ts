/**
 * Owns the rules of a manifest: what may stand in one, and reading one that came from elsewhere. Whatever
 * breaks a rule is refused before any of it becomes a path.
 */
import { isDigest, isName, NAME_RULE } from '../domain/name.js';
import type { Manifest, ManifestEntry } from '../domain/release.js';
import { quoted as quote } from '../domain/shown-name.js';
import { sha256 } from '../runtime/digest.js';
import { OutriderError } from '../runtime/errors.js';
import { CONTROL, problemOfLinks } from './links.js';
import { type Origin, RecentManifests } from './recent-manifests.js';

/** Longest path and longest part of one, as Linux has them. */
export const LONGEST_PATH = 4095;
export const LONGEST_PART = 255;

/** What travels in one message; half a million files are about so much. */
const LONGEST_MANIFEST = 48 * 1024 * 1024;
const MOST_ENTRIES = 500_000;

/** The spec of the app, at the root of a release. */
export const AGENTS_FILE = 'agents.yaml';

export const manifestBytes = (manifest: Manifest): Uint8Array => Buffer.from(textOf(manifest));

/** Sorts as manifests are sorted: by UTF-16 code units. */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0;

/**
 * Reads a manifest of foreign origin. Throws `OutriderError('invalid')` with a sentence unless it is
 * canonical JSON, sorted, and each of its paths stays inside the release. `digest`: its sha256, where the caller has
 * taken that already.
 */
export const readManifest = (bytes: Uint8Array, digest?: string): Manifest => readOnce(bytes, 'sent', digest);

/** One that was accepted before: by rules of then, which let absolute links through. What runs must stay readable. */
export const readAccepted = (bytes: Uint8Array, digest?: string): Manifest => readOnce(bytes, 'accepted', digest);

/** Of tens of thousands of files, reading one takes longer than all else that is done with it, and each is read often. */
const recent = new RecentManifests();

function readOnce(bytes: Uint8Array, origin: Origin, proven?: string): Manifest {
  if (bytes.length > LONGEST_MANIFEST) throw bad(`is longer than ${LONGEST_MANIFEST} bytes`);
  const digest = proven ?? sha256(bytes);
  const known = recent.get(digest, origin);
  if (known !== undefined) return known;
  const manifest = read(bytes, origin === 'accepted');
  recent.add(digest, origin, manifest);
  return manifest;
}

function read(bytes: Uint8Array, wasAccepted: boolean): Manifest {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad('is no JSON', error);
  }
  if (!isObject(value) || typeof value['app'] !== 'string' || !Array.isArray(value['entries'])) {
    throw bad('needs the members "app" and "entries"');
  }
  if (!isName(value['app'])) throw bad(`has the app name ${JSON.stringify(value['app'])}; it must be ${NAME_RULE}`);
  const entries = value['entries'].map(readEntry);
  const manifest: Manifest = { app: value['app'], entries };
  if (!isTextOf(manifest, text)) throw bad('is not in canonical form (keys sorted, no spaces, no other keys)');
  const problem = problemOfEntries(entries, wasAccepted);
  if (problem !== undefined) throw bad(problem);
  return manifest;
}

/** Whether that is its canonical JSON; looked at piece by piece, since it may be of many megabytes. */
function isTextOf({ app, entries }: Manifest, text: string): boolean {
  let at = 0;
  const goesOn = (piece: string): boolean => {
    const isSame = text.startsWith(piece, at);
    at += piece.length;
    return isSame;
  };
  if (!goesOn(beginning(app))) return false;
  for (const [index, entry] of entries.entries()) {
    if (!goesOn(index === 0 ? entryText(entry) : `,${entryText(entry)}`)) return false;
  }
  return goesOn(END) && at === text.length;
}

/** Its canonical JSON: as `canonicalJson` would spell it, in a fraction of the time. */
function textOf({ app, entries }: Manifest): string {
  return `${beginning(app)}${entries.map(entryText).join(',')}${END}`;
}

const beginning = (app: string): string => `{"app":${spelled(app)},"entries":[`;
const END = ']}';

function entryText(entry: ManifestEntry): string {
  const path = spelled(entry.path);
  switch (entry.kind) {
    case 'folder':
      return `{"kind":"folder","path":${path}}`;
    case 'symlink':
      return `{"kind":"symlink","path":${path},"target":${spelled(entry.target)}}`;
    case 'file':
      return `{"kind":"file","mode":${entry.mode},"path":${path},"sha256":"${entry.sha256}","size":${entry.size}}`;
  }
}

const spelled = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
/** What JSON spells as it is. */
const PLAIN = /^[\w./ @+-]*$/;

/** Why these entries cannot be a release's; undefined: they can. */
export function problemOfEntries(entries: readonly ManifestEntry[], wasAccepted = false): string | undefined {
  if (entries.length > MOST_ENTRIES) return `has ${entries.length} entries, and a release has at most ${MOST_ENTRIES}`;
  const folders = new Set<string>();
  let last: ManifestEntry | undefined;
  for (const entry of entries) {
    const problem = problemOfPath(entry.path);
    if (problem !== undefined) return problem;
    if (last !== undefined && byPath(last, entry) >= 0) return `lists ${quote(entry.path)} out of order or twice`;
    last = entry;
    addParents(entry.path, folders);
  }
  for (const path of folders) {
    if (has(entries, path)) return `has entries below ${quote(path)}, which is an entry itself`;
  }
  return problemOfTwins(entries, folders) ?? problemOfLinks(entries, wasAccepted);
}

function addParents(path: string, folders: Set<string>): void {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const parent = path.slice(0, end);
    if (folders.has(parent)) return;
    folders.add(parent);
  }
}

/** `entries`: sorted. */
function has(entries: readonly ManifestEntry[], path: string): boolean {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.path ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return entries[low]?.path === path;
}

function problemOfPath(path: string): string | undefined {
  // Nearly all of them.
  if (path.length <= LONGEST_PART && ASCII.test(path) && !ODD_PART.test(path)) return undefined;
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0')) {
    return `has the path ${quote(path)}; paths are relative, without empty parts, "." and ".."`;
  }
  if (ASCII.test(path)) return isTooLong(path.length, parts, (part) => part.length) ? tooLong(path) : undefined;
  if (CONTROL.test(path)) return `has the path ${quote(path)}, which has control characters in it`;
  // On disk it would be another name, or that of another file.
  if (Buffer.from(path).toString() !== path) return `has the path ${quote(path)}, which is no proper Unicode`;
  return isTooLong(Buffer.byteLength(path), parts, (part) => Buffer.byteLength(part)) ? tooLong(path) : undefined;
}

const isTooLong = (bytes: number, parts: readonly string[], bytesOf: (part: string) => number): boolean =>
  bytes > LONGEST_PATH || parts.some((part) => bytesOf(part) > LONGEST_PART);
const tooLong = (path: string): string => `has a path that is too long: ${quote(path.slice(0, 80))}...`;

/**
 * Names that nobody can tell apart, spelled with other code points: whoever has looked at one has not looked at the
 * other. (Upper and lower case can be told apart, by people and by Linux.)
 */
function problemOfTwins(entries: readonly ManifestEntry[], folders: ReadonlySet<string>): string | undefined {
  const seen = new Map<string, string>();
  const twinOf = (path: string): string | undefined => {
    if (ASCII.test(path)) return undefined;
    const plain = path.normalize('NFC');
    const twin = seen.get(plain);
    seen.set(plain, path);
    return twin === undefined || twin === path ? undefined : plain;
  };
  for (const { path } of entries) {
    const twin = twinOf(path);
    if (twin !== undefined) return looksTheSame(twin);
  }
  for (const path of folders) {
    const twin = twinOf(path);
    if (twin !== undefined) return looksTheSame(twin);
  }
  return undefined;
}

const looksTheSame = (path: string): string => `has two paths that look the same: ${quote(path)}`;

/** What it has besides is not in canonical form. */
function readEntry(value: unknown): ManifestEntry {
  if (!isObject(value) || typeof value['path'] !== 'string') throw bad('has an entry without a path');
  const path = value['path'];
  switch (value['kind']) {
    case 'folder':
      return value as unknown as ManifestEntry;
    case 'symlink':
      if (typeof value['target'] !== 'string') throw bad(`has the symbolic link ${quote(path)} without a target`);
      return value as unknown as ManifestEntry;
    case 'file': {
      const { mode, size, sha256 } = value;
      if (mode !== 0o755 && mode !== 0o644) throw bad(`has ${quote(path)} with a mode that is neither 0755 nor 0644`);
      if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
        throw bad(`has ${quote(path)} without a size in bytes`);
      }
      if (typeof sha256 !== 'string' || !isDigest(sha256)) throw bad(`has ${quote(path)} without a sha256`);
      return value as unknown as ManifestEntry;
    }
    default:
      throw bad(`has ${quote(path)}, which is neither file, symlink nor folder`);
  }
}

/** Empty, "." or "..". */
const ODD_PART = /(?:^|\/)\.{0,2}(?:\/|$)/;
const ASCII = /^[\x20-\x7e]*$/;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const bad = (what: string, cause?: unknown): OutriderError =>
  new OutriderError('invalid', `The manifest ${what}.`, { cause });
