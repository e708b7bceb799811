/** What a reader makes of another program's file: agents in the words of agents.yaml, and what these could not say. */

/** Something that was not carried over, or means a little else here. */
export interface Note {
  /** The word of the file it came from, or of agents.yaml. */
  readonly about: string;
  /** What becomes of it, and what to do. */
  readonly text: string;
}

export interface ImportedAgent {
  readonly name: string;
  /** Keys of agents.yaml, in the order they are written. Without `command` it cannot run, and is only shown. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
}

export interface Imported {
  readonly app?: string;
  readonly agents: readonly ImportedAgent[];
  /** Of the file as a whole. */
  readonly notes: readonly Note[];
}

/** The order in which people read an agent. */
const ORDER = [
  'description',
  'command',
  'hosts',
  'replicas',
  'user',
  'environment',
  'secrets',
  'working_dir',
  'depends_on',
  'healthcheck',
  'restart',
  'stop_signal',
  'stop_grace_period',
  'sockets',
  'resources',
  'no_new_privileges',
  'data',
  'profiles',
];

/** An agent while it is being read. */
export class AgentDraft {
  private readonly settings = new Map<string, unknown>();
  private readonly notes: Note[] = [];

  constructor(readonly name: string) {}

  set(key: string, value: unknown): void {
    this.settings.set(key, value);
  }

  get(key: string): unknown {
    return this.settings.get(key);
  }

  get workingDir(): string {
    const folder = this.settings.get('working_dir');
    return typeof folder === 'string' ? folder : '.';
  }

  /** Adds keys to a setting that is a map. */
  add(key: string, entries: Readonly<Record<string, unknown>>): void {
    if (Object.keys(entries).length === 0) return;
    this.settings.set(key, { ...(this.settings.get(key) as object | undefined), ...entries });
  }

  note(about: string, text: string): void {
    this.notes.push({ about, text });
  }

  done(): ImportedAgent {
    const settings = Object.fromEntries(
      ORDER.flatMap((key) => (this.settings.has(key) ? [[key, this.settings.get(key)]] : [])),
    );
    return { name: this.name, settings, notes: this.notes };
  }
}
