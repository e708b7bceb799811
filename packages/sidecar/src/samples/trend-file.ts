/**
 * What trends are told from, in run_dir for the sidecar that comes after this one. Times are those since boot, so it is
 * of this boot alone; what can't be read is gone, and the looks begin anew.
 */
import { readFileSync } from 'node:fs';
import type { Sample } from '@outrider/shared/domain/trend.js';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';

/** Raised when an older sidecar could not understand the file any more. */
const FORMAT = 1;

export interface KeptSeries {
  /** Oldest first. */
  readonly samples: readonly Sample[];
  /** Undefined: there is none. */
  readonly limit: number | undefined;
  /** '': whatever process it is. */
  readonly incarnation: string;
}

/** Columns: the same in less. */
interface Written {
  readonly format: number;
  readonly bootId: string;
  readonly series: Readonly<Record<string, WrittenSeries>>;
}
interface WrittenSeries extends Omit<KeptSeries, 'samples' | 'limit'> {
  readonly limit?: number;
  readonly at: readonly number[];
  readonly value: readonly number[];
}

export class TrendFile {
  constructor(
    private readonly path: string,
    private readonly bootId: string,
    private readonly warn: (sentence: string) => void,
  ) {}

  read(): ReadonlyMap<string, KeptSeries> {
    try {
      const { format, bootId, series } = JSON.parse(readFileSync(this.path, 'utf8')) as Written;
      if (format !== FORMAT || bootId !== this.bootId) return new Map();
      return new Map(Object.entries(series).map(([key, one]) => [key, seriesOf(one)]));
    } catch {
      return new Map();
    }
  }

  write(series: ReadonlyMap<string, KeptSeries>): void {
    const written: Written = {
      ...{ format: FORMAT, bootId: this.bootId },
      series: Object.fromEntries([...series].map(([key, one]) => [key, columnsOf(one)])),
    };
    try {
      writeAtomically(this.path, JSON.stringify(written));
    } catch (error) {
      this.warn(`trends begin anew with the next sidecar: ${messageOf(error)}`);
    }
  }
}

function columnsOf({ samples, limit, incarnation }: KeptSeries): WrittenSeries {
  const at = samples.map((sample) => sample.at);
  const value = samples.map((sample) => sample.value);
  return { incarnation, at, value, ...(limit === undefined ? {} : { limit }) };
}

const seriesOf = ({ at, value, limit, incarnation }: WrittenSeries): KeptSeries => ({
  samples: at.flatMap((time, index) => {
    const known = value[index];
    return known === undefined ? [] : [{ at: time, value: known }];
  }),
  ...{ limit, incarnation },
});
