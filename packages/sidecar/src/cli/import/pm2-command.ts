/** script, interpreter and their arguments of a PM2 app as a command, in the folder where it runs. */
import { extname, isAbsolute, posix } from 'node:path';
import { listOf } from './environment.js';
import type { AgentDraft } from './imported.js';
import { literal } from './references.js';
import { asProgram, noteOldPaths } from './release-folder.js';
import { shellCommand } from './shell-line.js';
import { invalid, type Source } from './source.js';
import { asText, asWords, type ValueMap } from './values.js';

/** What PM2 runs a script with, by the end of its name. */
const INTERPRETERS: ReadonlyMap<string, string> = new Map([
  ['.sh', 'bash'],
  ['.py', 'python3'],
  ['.rb', 'ruby'],
  ['.php', 'php'],
  ['.pl', 'perl'],
  ['.js', 'node'],
  ['.cjs', 'node'],
  ['.mjs', 'node'],
  ['.coffee', 'coffee'],
  ['.ls', 'lsc'],
  ['.ts', 'bun'],
  ['.tsx', 'bun'],
]);

/** Sets `command` and `working_dir`; returns the command before it was escaped. @throws OutriderError('invalid') */
export function commandOf(app: ValueMap, script: string, draft: AgentDraft, source: Source): readonly string[] {
  const folder = asText(app['cwd']);
  if (folder !== undefined) source.release.setWorkingDir(draft, 'cwd', folder);
  const args = wordsOf(app, ['args'], source);
  const before = wordsOf(app, ['interpreter_args', 'node_args'], source);
  const command = / /.test(script)
    ? inShell(script, args, draft, source)
    : direct(app, script, { before, args, folder }, draft, source);
  const inside = draft.workingDir;
  const short = command.map((word) => source.release.shorten(word, inside));
  draft.set('command', short.map(literal));
  noteOldPaths(draft, short, folder);
  return short;
}

function wordsOf(app: ValueMap, keys: readonly string[], source: Source): readonly string[] {
  return keys.flatMap((key) => {
    const words = asWords(app[key]);
    if (words === undefined)
      throw invalid(
        source.file,
        `${key} of ${JSON.stringify(app['name'] ?? app['script'])} is no list of words, and no string of them.`,
      );
    return words;
  });
}

/** PM2 gives a script with a space in it to bash, and its arguments to nobody. */
function inShell(script: string, args: readonly string[], draft: AgentDraft, source: Source): readonly string[] {
  const shell = shellCommand(script);
  if (shell === undefined)
    throw invalid(source.file, `script ${JSON.stringify(script.slice(0, 60))} has a quote that is not closed.`);
  if (args.length > 0) draft.note('args', `${listOf(args)}: a script that is a command line gets none.`);
  draft.add(
    'environment',
    Object.fromEntries(Object.entries(shell.environment).map(([name, value]) => [name, literal(value)])),
  );
  if (shell.folder !== undefined) source.release.setWorkingDir(draft, 'cd', shell.folder);
  return shell.command;
}

interface Words {
  readonly before: readonly string[];
  readonly args: readonly string[];
  readonly folder: string | undefined;
}

function direct(
  app: ValueMap,
  script: string,
  { before, args, folder }: Words,
  draft: AgentDraft,
  source: Source,
): readonly string[] {
  const interpreter = interpreterOf(app, script, folder, draft, source);
  const relative = isAbsolute(script) ? script : posix.normalize(script);
  if (interpreter !== undefined) return [interpreter, ...before, relative, ...args];
  const isFile = isAbsolute(script) || script.includes('/') || contentOf(script, folder, source) !== undefined;
  const inside = source.release.shorten(relative, draft.workingDir);
  return [isFile ? asProgram(inside) : script, ...args];
}

function interpreterOf(
  app: ValueMap,
  script: string,
  folder: string | undefined,
  draft: AgentDraft,
  source: Source,
): string | undefined {
  const given = asText(app['interpreter'] ?? app['exec_interpreter']);
  if (given?.startsWith('node@') === true) {
    draft.note(
      'interpreter',
      `${given}: no version of Node is fetched here; "node" is that of the host. Name another by its path.`,
    );
    return 'node';
  }
  if (given !== undefined && given !== '') return given === 'none' ? undefined : given;
  const known = INTERPRETERS.get(extname(script));
  if (known !== undefined) return known;
  // PM2 takes whatever file is text for a program of Node.
  const content = contentOf(script, folder, source);
  return content === undefined || content.startsWith('#!') ? undefined : 'node';
}

/** Undefined: it is no text beside the file; then it is a program of its own, on PATH or elsewhere. */
const contentOf = (script: string, folder: string | undefined, source: Source): string | undefined =>
  source.read(isAbsolute(script) ? script : posix.join(source.release.inside(folder ?? '.') ?? '.', script));
