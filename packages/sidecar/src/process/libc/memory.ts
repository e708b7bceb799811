/** Memory of the C library itself, which holds on to what was freed. */
import { libcCall } from './library.js';

const mallocTrim = libcCall('int malloc_trim(size_t pad)');

/** To the system, whole pages at a time. */
export function giveBackFreed(): void {
  mallocTrim(0);
}
