/** Times and amounts for people. */
import { tenth } from '@outrider/shared/domain/delivery-words.js';

const pad = (value: number): string => String(value).padStart(2, '0');

/** 14:03:09, of this person's clock. */
export function clockTime(ms: number): string {
  const date = new Date(ms);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** 3 s, 4 min 10 s, 2 h 5 min, 3 d 1 h. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** 12.3 MiB. */
export function bytes(count: number): string {
  const mebibytes = count / (1024 * 1024);
  return mebibytes < 1024 ? `${mebibytes.toFixed(1)} MiB` : `${(mebibytes / 1024).toFixed(2)} GiB`;
}

/** 12.3M, where there is little room. */
export const shortBytes = (count: number): string => bytes(count).replace(/ ([MG])iB$/, '$1');

/** 12 %; – where it is not known. */
export const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${Math.round(value)} %`;

/** 75 %; – where there is nothing to tell it from. */
export const rate = (part: number | null): string => (part === null ? '–' : `${tenth(part * 100)} %`);

/** Of seconds: below ten to a tenth. */
export const span = (seconds: number): string => (seconds < 10 ? `${tenth(seconds)} s` : lasting(seconds * 1000));
