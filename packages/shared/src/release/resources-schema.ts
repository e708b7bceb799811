/** `resources:` of an agent: what it may use, and what its host must have for it. */
import { z } from 'zod';
import type { Reservations, Resources } from '../domain/agent.js';
import { parseSize } from '../domain/size.js';
import { kind } from '../runtime/kind.js';
import { byForm, must, SIZE_JSON, strict, text, whole } from '../runtime/shape.js';

const LEAST_MEMORY = 1024 * 1024;

/** Compose's spelling of sizes; a bare number is bytes. */
const SIZE_RULE = 'a size such as 512M or 2G (K, M, G: 1024 each)';
const size = kind(
  byForm<number>({
    number: whole(1, Number.MAX_SAFE_INTEGER),
    otherwise: text(SIZE_RULE)
      .refine((written) => parseSize(written) !== undefined, must(SIZE_RULE))
      .transform((written) => parseSize(written) ?? 0),
  }),
  { says: SIZE_RULE, json: SIZE_JSON },
);
const memory = () => size.refine((bytes) => bytes >= LEAST_MEMORY, must('at least 1M')).optional();

const CPUS_RULE = 'a number of cores such as 0.5, from 0.01 to 1024';
const cpus = kind(
  z.coerce.number(must(CPUS_RULE)).refine((value) => value >= 0.01 && value <= 1_024, must(CPUS_RULE)),
  { says: CPUS_RULE, json: { type: ['number', 'string'], minimum: 0.01, maximum: 1_024 } },
);

const reservations = strict({
  memory: memory().describe('Memory that its host must have for it; at least 1M.'),
  cpus: cpus.optional().describe('Cores that its host must have for it.'),
}).transform(({ memory: bytes, cpus: cores }): Reservations => ({
  ...(bytes === undefined ? {} : { memoryBytes: bytes }),
  ...(cores === undefined ? {} : { cpus: cores }),
}));

export const resources = strict(
  {
    memory: memory().describe('Memory of it and all that it starts; at least 1M.'),
    cpus: cpus.optional().describe('Processor time of all together. Needs a control group.'),
    pids: whole(1, 4_194_304).optional().describe('Processes and threads.'),
    open_files: whole(16, 1_073_741_816).optional().describe('Open files of each process.'),
    reservations: reservations.optional().describe('What each instance needs its host to have. Limits nothing.'),
  },
  { instead: { mem_limit: 'memory', pids_limit: 'pids', nofile: 'open_files' } },
).transform(({ memory: bytes, cpus: cores, pids, open_files: openFiles, reservations: reserved }): Resources => ({
  ...(bytes === undefined ? {} : { memoryBytes: bytes }),
  ...(cores === undefined ? {} : { cpus: cores }),
  ...(pids === undefined ? {} : { pids }),
  ...(openFiles === undefined ? {} : { openFiles }),
  ...(reserved === undefined ? {} : { reservations: reserved }),
}));
