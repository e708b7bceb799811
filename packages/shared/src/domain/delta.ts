/** How a content is put together from an older one: what to copy from it, and what is new. Knows no bytes. */

/** A part of a content, named by a digest over its bytes. */
export interface Chunk {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export type DeltaPart =
  /** `size` bytes of the older content from `offset` on. */
  | { readonly kind: 'copy'; readonly offset: number; readonly size: number }
  /** `size` bytes of the new content from `offset` on: they have to travel. */
  | { readonly kind: 'new'; readonly offset: number; readonly size: number };

/**
 * In the order of the new content, neighbours put together. Of several places in the older content, the one that goes on
 * where the last copy has ended is taken, else the first.
 */
export function deltaOf(before: readonly Chunk[], after: readonly Chunk[]): readonly DeltaPart[] {
  const places = placesOf(before);
  const parts: DeltaPart[] = [];
  for (const { name, offset, size } of after) {
    const last = parts.at(-1);
    const found = places.get(nameOf(name, size));
    if (found === undefined) {
      if (last?.kind === 'new') parts[parts.length - 1] = { ...last, size: last.size + size };
      else parts.push({ kind: 'new', offset, size });
      continue;
    }
    const next = last?.kind === 'copy' ? last.offset + last.size : undefined;
    if (last?.kind === 'copy' && next !== undefined && found.has(next)) {
      parts[parts.length - 1] = { ...last, size: last.size + size };
    } else {
      const [first = 0] = found;
      parts.push({ kind: 'copy', offset: first, size });
    }
  }
  return parts;
}

/** Bytes that have to travel. */
export const newBytesOf = (parts: readonly DeltaPart[]): number =>
  parts.reduce((sum, { kind, size }) => sum + (kind === 'new' ? size : 0), 0);

function placesOf(chunks: readonly Chunk[]): ReadonlyMap<string, ReadonlySet<number>> {
  const places = new Map<string, Set<number>>();
  for (const { name, offset, size } of chunks) {
    const key = nameOf(name, size);
    const known = places.get(key);
    if (known === undefined) places.set(key, new Set([offset]));
    else known.add(offset);
  }
  return places;
}

const nameOf = (name: string, size: number): string => `${name}/${size}`;
