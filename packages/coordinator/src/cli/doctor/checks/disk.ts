/** Whether there is room for releases and for the state of the host. */
import { spokenSize } from '@outrider/shared/domain/size.js';
import { bad, type Check, everywhere, ok, skipped } from '../check.js';

/** Above the reserve, for the next release. */
const LEAST_BYTES = 256 * 1024 * 1024;
const LEAST_INODES = 10_000;

export const disk: Check = {
  name: 'disk',
  judge: (fleet) =>
    everywhere(fleet, ({ disk: seen }, host) => {
      if (seen === undefined) return skipped('its data_dir can not be looked at.', host);
      const { path, freeBytes, totalBytes, reserveBytes, freeInodes = Infinity } = seen;
      const remedy =
        `${host === undefined ? '' : `on ${host}: `}df -h ${path}; du -xh ${path} | sort -h | tail; ` +
        '`coordinator release prune --dry-run` shows what releases would give back';
      if (freeBytes - reserveBytes < LEAST_BYTES) {
        const reserve = reserveBytes === 0 ? '' : `, and ${spokenSize(reserveBytes)} of that are disk_reserve`;
        const detail = `${spokenSize(freeBytes)} of ${spokenSize(totalBytes)} are free at ${path}${reserve}: the next release may be refused.`;
        return bad(detail, remedy, host);
      }
      if (freeInodes < LEAST_INODES) {
        return bad(`Only ${freeInodes} more files fit at ${path}: the next release may be refused.`, remedy, host);
      }
      return ok(`${spokenSize(freeBytes)} of ${spokenSize(totalBytes)} are free at ${path}`, host);
    }),
};
