/** One [program:x] of supervisord as an agent, or as several where each process has a number that matters. */
import { splitWords } from '@outrider/shared/release/split-words.js';
import { addEnvironment } from './environment.js';
import { AgentDraft, type ImportedAgent } from './imported.js';
import type { IniOption, IniSection } from './ini.js';
import type { Names } from './names.js';
import { References } from './references.js';
import { asProgram, noteOldPaths } from './release-folder.js';
import { invalid, type Source } from './source.js';
import { expand, type Expansions, keyValues, needsOwnNumber, signalName, truth } from './supervisord-text.js';

export interface SupervisordProgram {
  readonly name: string;
  readonly section: IniSection;
  /** [supervisord]: what all programs inherit. */
  readonly common: IniSection | undefined;
  /** That the section stands in. */
  readonly file: string;
  readonly fcgi: boolean;
  readonly group: string;
}

export interface Surroundings {
  readonly source: Source;
  readonly names: Names;
  /** Learns the names of `%(ENV_NAME)s`. */
  readonly variables: Set<string>;
  readonly host: string;
}

const MOST_UNROLLED = 100;
const CARRIED = new Set(
  'command process_name numprocs numprocs_start autostart autorestart startsecs startretries exitcodes stopsignal stopwaitsecs stopasgroup killasgroup user directory environment priority umask socket socket_owner socket_mode socket_backlog redirect_stderr'.split(
    ' ',
  ),
);
const LOGS = /^(?:stdout|stderr)_/;

export interface OrderedAgent {
  readonly agent: ImportedAgent;
  /** Lower ones were started first. */
  readonly priority: number;
}

const DEFAULT_PRIORITY = 999;

export function programAgents(program: SupervisordProgram, around: Surroundings): readonly OrderedAgent[] {
  const priority = whole(program, 'priority') ?? DEFAULT_PRIORITY;
  const [first, ...others] = drafts(program, around).map((draft) => withStart(program, draft));
  return first === undefined
    ? []
    : [first, ...others.map((other) => asFirst(other, first))].map((agent) => ({ agent, priority }));
}

function drafts(program: SupervisordProgram, around: Surroundings): readonly AgentDraft[] {
  const option = (key: string): IniOption | undefined => program.section.options.get(key);
  const count = whole(program, 'numprocs') ?? 1;
  const start = whole(program, 'numprocs_start') ?? 0;
  const texts = ['command', 'directory', 'environment'].map((key) => option(key)?.value ?? '').join('\n');
  const numbered = texts.includes('%(process_num)') && (needsOwnNumber(texts) || start !== 0);
  if (!numbered || count < 2 || count > MOST_UNROLLED) {
    const draft = new ProgramReader(program, around, around.names.take(program.name), undefined).read();
    if (count > 1) draft.set('replicas', count);
    if (numbered && count > MOST_UNROLLED)
      draft.note(
        'numprocs',
        `each of the ${count} processes had a number of its own form; here they are counted from 0, without padding.`,
      );
    return [draft];
  }
  return Array.from({ length: count }, (_, index) => {
    const process = option('process_name');
    const values = { program_name: program.name, process_num: start + index, group_name: program.group };
    const name = process === undefined ? `${program.name}-${start + index}` : nameOf(process, values, program, around);
    const draft = new ProgramReader(program, around, around.names.take(name), start + index).read();
    if (index === 0)
      draft.note(
        'numprocs',
        `the ${count} processes are agents of their own, since each has its number in its settings.`,
      );
    return draft;
  });
}

/** What was said of the first process is not said again. */
function asFirst(agent: ImportedAgent, first: ImportedAgent): ImportedAgent {
  const own = agent.notes.filter(({ text }) => !first.notes.some((note) => note.text === text));
  return { ...agent, notes: [...own, { about: 'numprocs', text: `what is said of ${first.name} holds here too.` }] };
}

function nameOf(
  process: IniOption,
  values: Readonly<Record<string, string | number>>,
  program: SupervisordProgram,
  around: Surroundings,
): string {
  const expansions = {
    references: new References(),
    values: { ...values, host_node_name: around.host },
    variables: new Set<string>(),
  };
  return expand(process.value, expansions, program.file, process.line);
}

/** `autostart` has the last word: nothing may start that waits for a person. */
function withStart(program: SupervisordProgram, draft: AgentDraft): ImportedAgent {
  const autostart = program.section.options.get('autostart');
  if (autostart !== undefined && truth(autostart.value) === false) {
    const wanted = Number(draft.get('replicas') ?? 1);
    draft.set('replicas', 0);
    draft.note('autostart', `false: it runs nowhere until "replicas" is ${wanted} and rolled out.`);
  }
  return draft.done();
}

function whole(program: SupervisordProgram, key: string): number | undefined {
  const option = program.section.options.get(key);
  if (option === undefined) return undefined;
  if (!/^\d{1,9}$/.test(option.value)) {
    throw invalid(program.file, `${key} must be a whole number, not ${JSON.stringify(option.value)}.`, option.line);
  }
  return Number(option.value);
}

class ProgramReader {
  private readonly draft: AgentDraft;
  private readonly references = new References();
  private readonly expansions: Expansions;

  constructor(
    private readonly program: SupervisordProgram,
    private readonly around: Surroundings,
    name: string,
    number: number | undefined,
  ) {
    this.draft = new AgentDraft(name);
    if (name !== program.name && number === undefined) this.draft.note('name', `was ${program.name}.`);
    const values = {
      here: around.source.folder,
      host_node_name: around.host,
      program_name: program.name,
      group_name: program.group,
      numprocs: whole(program, 'numprocs') ?? 1,
      process_num: number ?? this.references.hold('${OUTRIDER_INSTANCE}'),
    };
    this.expansions = { references: this.references, values, variables: around.variables };
  }

  read(): AgentDraft {
    const folder = this.folder();
    this.command(folder);
    this.environment(folder);
    this.restart();
    this.stopping();
    this.rights();
    if (this.program.fcgi) this.socket();
    this.leftovers();
    return this.draft;
  }

  private option(key: string): IniOption | undefined {
    return this.program.section.options.get(key);
  }

  private text(key: string, section: IniSection = this.program.section): string | undefined {
    const option = section.options.get(key);
    if (option === undefined || option.value === '') return undefined;
    return expand(option.value, this.expansions, this.program.file, option.line);
  }

  /** Sets `working_dir`; returns the folder as supervisord knew it. */
  private folder(): string | undefined {
    const folder =
      this.text('directory') ??
      (this.program.common === undefined ? undefined : this.text('directory', this.program.common));
    if (folder !== undefined) this.around.source.release.setWorkingDir(this.draft, 'directory', folder);
    return folder;
  }

  private command(folder: string | undefined): void {
    const option = this.option('command');
    if (option === undefined)
      throw invalid(this.program.file, `[${this.program.section.name}] has no command.`, this.program.section.line);
    const words = splitWords(this.text('command') ?? '');
    if (words === undefined) throw invalid(this.program.file, 'command has a quote that is not closed.', option.line);
    if (words.length === 0) throw invalid(this.program.file, 'command is empty.', option.line);
    const inside = this.draft.workingDir;
    const short = words.map((word) => this.around.source.release.shorten(word, inside));
    const command = [short[0] === words[0] ? (short[0] ?? '') : asProgram(short[0] ?? ''), ...short.slice(1)];
    this.draft.set(
      'command',
      command.map((word) => this.references.finish(word)),
    );
    noteOldPaths(this.draft, command, folder);
  }

  private environment(folder: string | undefined): void {
    const inside = folder === undefined ? '.' : this.draft.workingDir;
    for (const section of [this.program.common, this.program.section]) {
      const option = section?.options.get('environment');
      if (section === undefined || option === undefined) continue;
      const values = keyValues(this.text('environment', section) ?? '', this.program.file, option.line);
      const finished = Object.entries(values).map(([name, value]) => [
        name,
        this.references.finish(this.around.source.release.shorten(value, inside)),
      ]);
      addEnvironment(this.draft, Object.fromEntries(finished) as Record<string, string>);
    }
  }

  private restart(): void {
    const option = this.option('autorestart');
    const kind =
      option === undefined || option.value.toLowerCase() === 'unexpected' ? 'unexpected' : truth(option.value);
    if (option !== undefined && kind === undefined) {
      throw invalid(
        this.program.file,
        `autorestart must be true, false or unexpected, not ${JSON.stringify(option.value)}.`,
        option.line,
      );
    }
    if (kind === false) this.draft.set('restart', 'no');
    if (kind === 'unexpected') this.draft.set('restart', 'on-failure');
    const codes = (this.option('exitcodes')?.value ?? '0').split(',').map((code) => code.trim());
    if (kind === 'unexpected' && codes.join() !== '0') {
      this.draft.note('exitcodes', `${codes.join(', ')} counted as an end that was expected; here 0 alone does.`);
    }
    const retries = whole(this.program, 'startretries');
    if (retries !== undefined && kind !== false) {
      this.draft.note(
        'startretries',
        `${retries}: here a start that fails is tried again with growing pauses (100 ms to 30 s); ten ends of one cause without a minute well, and it has failed.`,
      );
    }
    const seconds = whole(this.program, 'startsecs') ?? 1;
    if (seconds > 1)
      this.draft.note('startsecs', `${seconds}: without a "healthcheck" it counts as ready after one second.`);
  }

  private stopping(): void {
    const signal = this.option('stopsignal');
    if (signal !== undefined && signalName(signal.value) !== 'SIGTERM')
      this.draft.set('stop_signal', signalName(signal.value));
    const seconds = whole(this.program, 'stopwaitsecs');
    if (seconds !== undefined && seconds !== 10) this.draft.set('stop_grace_period', `${seconds}s`);
  }

  private rights(): void {
    const user = this.text('user');
    if (user !== undefined) this.draft.set('user', this.references.finish(user));
    const umask = this.option('umask')?.value ?? this.program.common?.options.get('umask')?.value;
    if (umask !== undefined)
      this.draft.note('umask', `${umask}: let the command set it: [sh, -c, "umask ${umask}; exec ..."].`);
    const files = this.program.common?.options.get('minfds')?.value;
    if (files !== undefined && /^\d+$/.test(files)) this.draft.set('resources', { open_files: Number(files) });
  }

  private socket(): void {
    const url = this.text('socket') ?? '';
    const listen = /^tcp:\/\/(.+)$/.exec(url)?.[1] ?? /^unix:\/\/(\/.+)$/.exec(url)?.[1];
    if (listen !== undefined) this.draft.set('sockets', [{ name: 'fcgi', listen: this.references.finish(listen) }]);
    this.draft.note('socket', 'supervisord handed it over as descriptor 0; here it is descriptor 3 (LISTEN_FDS).');
    if (this.option('socket_owner') ?? this.option('socket_mode'))
      this.draft.note('socket', 'owner and mode are not carried over.');
  }

  private leftovers(): void {
    const keys = [...this.program.section.options.keys()];
    const logs = keys.filter((key) => LOGS.test(key) && !/^(?:none|auto|)$/i.test(this.option(key)?.value ?? ''));
    if (logs.length > 0)
      this.draft.note(
        logs.join(', '),
        `what it writes, both streams, is in the log folder of the sidecar: agents/${this.draft.name}.0.log; \`sidecar logs ${this.draft.name}\` shows it.`,
      );
    for (const key of keys) {
      if (!CARRIED.has(key) && !LOGS.test(key)) this.draft.note(key, 'means nothing here.');
    }
  }
}
