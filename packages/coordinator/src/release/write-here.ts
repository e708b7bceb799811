/** The first half of what is told to every coordinator: where the disk of this one takes no more, nobody is told. */
import { diskProblem } from '@outrider/shared/release/store/disk.js';
import { beginDurably, type BegunWrite } from '@outrider/shared/runtime/durable-file.js';

/** @throws DiskProblem */
export function writeHere(path: string, text: string): BegunWrite {
  try {
    return beginDurably(path, text);
  } catch (error) {
    throw diskProblem(error, path);
  }
}
