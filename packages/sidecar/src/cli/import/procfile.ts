/** A Procfile as agents: a shell only for the lines that need one. */
import { addEnvironment, listOf, namesOfVariables } from './environment.js';
import { AgentDraft, type Imported, type Note } from './imported.js';
import { Names } from './names.js';
import { literal } from './references.js';
import { shellCommand } from './shell-line.js';
import { invalid, type Source } from './source.js';

const LINE = /^([A-Za-z0-9_.-]+)\s*:\s*(.+)$/;
/** As foreman counts: each process has a hundred ports of its own. */
const FIRST_PORT = 5000;
const PORTS_EACH = 100;

/** @throws OutriderError('invalid') that names the line. */
export function fromProcfile(source: Source): Imported {
  const names = new Names();
  const notes: Note[] = [];
  const drafts: AgentDraft[] = [];
  for (const [index, raw] of source.text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, command] = LINE.exec(line) ?? [];
    if (name === undefined || command === undefined) {
      throw invalid(source.file, `This is no "name: command": ${JSON.stringify(line.slice(0, 60))}.`, index + 1);
    }
    if (name === 'release') {
      notes.push({
        about: 'release',
        text: `"${command}" runs once before a version does: it is no agent. Run it in the step that calls \`coordinator rollout\`.`,
      });
      continue;
    }
    const port = FIRST_PORT + PORTS_EACH * drafts.length;
    drafts.push(
      agentOf({ name, command, port }, names, () => invalid(source.file, 'A quote is not closed.', index + 1), source),
    );
  }
  if (drafts.length === 0) throw invalid(source.file, 'There is no "name: command" in it.');
  return { agents: drafts.map((draft) => draft.done()), notes: [...notes, ...variablesBeside(source)] };
}

interface Process {
  readonly name: string;
  readonly command: string;
  readonly port: number;
}

function agentOf({ name, command, port }: Process, names: Names, unclosed: () => Error, source: Source): AgentDraft {
  const draft = new AgentDraft(names.take(name));
  if (draft.name !== name) draft.note('name', `was ${name}.`);
  const shell = shellCommand(command);
  if (shell === undefined) throw unclosed();
  draft.set('command', shell.command.map(literal));
  if (shell.folder !== undefined) source.release.setWorkingDir(draft, 'cd', shell.folder);
  if (name === 'web' || /\$\{?PORT\b/.test(command)) {
    addEnvironment(draft, { PORT: String(port) });
    draft.note(
      'PORT',
      `nobody chooses a port here: ${port} is what foreman would have given. "sockets" lets old and new share one without a gap.`,
    );
  }
  addEnvironment(
    draft,
    Object.fromEntries(Object.entries(shell.environment).map(([key, value]) => [key, literal(value)])),
  );
  return draft;
}

function variablesBeside(source: Source): readonly Note[] {
  const text = source.read('.env');
  if (text === undefined) return [];
  const names = namesOfVariables(text);
  const what = names.length === 0 ? 'its variables' : listOf(names);
  return [
    {
      about: '.env',
      text: `is not read by agents: write ${what} under "environment" of those that need them, what is secret under "secrets".`,
    },
  ];
}
