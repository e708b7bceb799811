/** Which program a file is for, by its name and by what is in it; and the reader for it. */
import { closest } from '@outrider/shared/runtime/suggest.js';
import { parseYaml } from '@outrider/shared/runtime/yaml-source.js';
import { problemsError } from '@outrider/shared/runtime/problem.js';
import { fromCompose } from './compose.js';
import type { Imported } from './imported.js';
import { fromPm2 } from './pm2.js';
import { runConfig } from './pm2-program.js';
import { fromProcfile } from './procfile.js';
import { fileName, invalid, type Source } from './source.js';
import { fromSupervisord } from './supervisord.js';
import { isMap } from './values.js';

export const KINDS = ['pm2', 'supervisord', 'procfile', 'compose'] as const;
export type Kind = (typeof KINDS)[number];

const PROGRAM = /\.[cm]?js$/;

export interface Wanted {
  /** Of `--from`. */
  readonly kind: Kind | undefined;
  /** Of `--env`. */
  readonly environment: string | undefined;
}

/** @throws OutriderError('invalid') */
export async function readImported(source: Source, { kind: wanted, environment }: Wanted): Promise<Imported> {
  const kind = wanted ?? kindOf(source);
  if (environment !== undefined && kind !== 'pm2')
    throw invalid(source.file, '--env chooses among the environments of a PM2 file, and this is none.');
  switch (kind) {
    case 'pm2':
      return fromPm2(
        PROGRAM.test(fileName(source)) ? await runConfig(source.file) : valueOf(source),
        source,
        environment,
      );
    case 'supervisord':
      return fromSupervisord(source);
    case 'procfile':
      return fromProcfile(source);
    case 'compose':
      return fromCompose(valueOf(source), source);
  }
}

/** @throws OutriderError('invalid') where it looks like none of them. */
export function kindOf(source: Source): Kind {
  const name = fileName(source);
  if (PROGRAM.test(name)) return 'pm2';
  if (/^procfile/i.test(name) || /\.procfile$/i.test(name)) return 'procfile';
  if (/^\s*\[(?:(?:fcgi-)?program|eventlistener|group):|^\s*\[supervisord\]/m.test(source.text)) return 'supervisord';
  if (/\.(?:ya?ml|json)$/.test(name)) {
    const value = valueOf(source);
    if (isMap(value) && value['services'] !== undefined) return 'compose';
    if (isMap(value) && value['agents'] !== undefined) throw invalid(source.file, 'This is an agents.yaml already.');
    if (Array.isArray(value) || (isMap(value) && (value['apps'] ?? value['script']) !== undefined)) return 'pm2';
    const near = isMap(value)
      ? Object.keys(value).find((key) => closest(key, ['services', 'apps']) !== undefined)
      : undefined;
    const hint = near === undefined ? '' : ` Is "${near}" misspelled?`;
    throw invalid(source.file, `It has neither "services" (Docker Compose) nor "apps" (PM2).${hint}`);
  }
  throw invalid(source.file, `Nobody here knows what this is. Say it with --from ${KINDS.join('|')}.`);
}

/** YAML, of which JSON is a part. */
function valueOf(source: Source): unknown {
  const parsed = parseYaml(source.text, source.file);
  if (parsed.ok) return parsed.source.value;
  if (!source.file.endsWith('.json')) throw problemsError(parsed.problems);
  throw problemsError(
    parsed.problems.map((problem) => ({ ...problem, sentence: problem.sentence.replace('no YAML', 'no JSON') })),
  );
}
