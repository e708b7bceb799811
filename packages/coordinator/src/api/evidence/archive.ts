/** Files as one .tar.gz, in memory. The same files make the same bytes. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { EvidenceFile } from './files.js';

const BLOCK = 512;

/** All below the folder `root`; `at`: epoch milliseconds, the time of each file. */
export async function archive(root: string, files: readonly EvidenceFile[], at: number): Promise<Buffer> {
  // Seldom used, so loaded when it is.
  const { Header } = await import('tar');
  const parts = files.flatMap(({ name, content }) => {
    const head = Buffer.alloc(BLOCK);
    const entry = {
      path: `${root}/${name}`,
      mode: 0o644,
      size: content.length,
      mtime: new Date(at),
      type: 'File' as const,
    };
    const isTooLong = new Header(entry).encode(head, 0);
    if (isTooLong) throw new Error(`${name} fits into no header.`);
    return [head, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
  });
  return promisify(gzip)(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]));
}
