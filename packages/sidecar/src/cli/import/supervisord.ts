/** supervisord.conf, with the files it includes, as agents. What one program says is in supervisord-program.ts. */
import { hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { listOf } from './environment.js';
import { type Imported, type ImportedAgent, type Note } from './imported.js';
import { type IniSection, parseIni } from './ini.js';
import { Names } from './names.js';
import { invalid, type Source } from './source.js';
import { type OrderedAgent, programAgents, type SupervisordProgram } from './supervisord-program.js';

const PROGRAM = /^(program|fcgi-program|eventlistener):(.+)$/;
/** They are about supervisord itself. */
const OWN =
  /^(?:supervisord|supervisorctl|unix_http_server|inet_http_server|include|ctlplugin:.*|rpcinterface:.*|group:.*)$/;

interface Located extends IniSection {
  readonly file: string;
}

/** @throws OutriderError('invalid') with file and line. */
export function fromSupervisord(source: Source): Imported {
  const notes: Note[] = [];
  const sections = readSections(source, notes);
  const programs = sections.filter(({ name }) => PROGRAM.test(name));
  if (programs.length === 0) throw invalid(source.file, 'There is no [program:NAME] in it.');
  const groups = groupsOf(sections);
  const common = sections.find(({ name }) => name === 'supervisord');
  const names = new Names();
  const variables = new Set<string>();
  const agents = programs.flatMap((section): readonly OrderedAgent[] => {
    const [, kind = '', name = ''] = PROGRAM.exec(section.name) ?? [];
    if (kind === 'eventlistener') {
      notes.push({ about: section.name, text: LISTENER });
      return [];
    }
    const program: SupervisordProgram = {
      ...{ name, section, common, file: section.file, fcgi: kind === 'fcgi-program' },
      group: groups.get(name) ?? name,
    };
    return programAgents(program, { source, names, variables, host: hostname() });
  });
  for (const { name } of sections) {
    if (!OWN.test(name) && !PROGRAM.test(name)) notes.push({ about: `[${name}]`, text: 'means nothing here.' });
  }
  return { agents: withOrder(agents), notes: [...notes, ...generalNotes(groups, variables)] };
}

const LISTENER =
  'was left out: it speaks the event protocol of supervisord on its standard input. Here events are published on ZeroMQ (port 5556), and shown by `coordinator events -f`.';

function readSections(source: Source, notes: Note[]): readonly Located[] {
  const main = parseIni(source.text, source.file).map((section) => ({ ...section, file: source.file }));
  const include = main.find(({ name }) => name === 'include')?.options.get('files');
  const patterns = (include?.value ?? '').split(/\s+/).filter((word) => word !== '');
  const included = patterns.flatMap((pattern) => {
    const here = pattern.replaceAll('%(here)s', source.folder).replaceAll('%(host_node_name)s', hostname());
    const files = source.find(here);
    if (files.length === 0)
      notes.push({
        about: 'include',
        text: `no file matches ${pattern} on this machine: what is in it is missing here.`,
      });
    return files.flatMap((file) => {
      const text = source.read(file);
      if (text === undefined)
        notes.push({ about: 'include', text: `${file} cannot be read as text: what is in it is missing here.` });
      const shown =
        isAbsolute(pattern) || !file.startsWith(join(source.folder, '/')) ? file : file.slice(source.folder.length + 1);
      return parseIni(text ?? '', shown).map((section) => ({ ...section, file: shown }));
    });
  });
  return [...main, ...included];
}

/** Program to the group it is in. */
function groupsOf(sections: readonly IniSection[]): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const { name, options } of sections) {
    if (!name.startsWith('group:')) continue;
    const programs = (options.get('programs')?.value ?? '').split(',').map((word) => word.trim());
    for (const program of programs) if (program !== '') groups.set(program, name.slice('group:'.length));
  }
  return groups;
}

/** supervisord starts by priority and waits for nothing; what must be ready first is for a person to say. */
function withOrder(ordered: readonly OrderedAgent[]): readonly ImportedAgent[] {
  return ordered.map(({ agent, priority }) => {
    const earlier = ordered.filter((other) => other.priority < priority).map((other) => other.agent.name);
    if (earlier.length === 0) return agent;
    const text = `was started after ${listOf(earlier)}, ready or not. If it needs one of them, say so with "depends_on".`;
    return { ...agent, notes: [...agent.notes, { about: 'priority', text }] };
  });
}

function generalNotes(groups: ReadonlyMap<string, string>, variables: ReadonlySet<string>): readonly Note[] {
  const names = [...new Set(groups.values())];
  return [
    ...names.map((group): Note => {
      const members = [...groups].filter(([, other]) => other === group).map(([program]) => program);
      return {
        about: `[group:${group}]`,
        text: `of ${listOf(members)}: there are no groups; what is released together is one "app".`,
      };
    }),
    ...(variables.size === 0
      ? []
      : [
          {
            about: 'environment',
            text: `${listOf([...variables].map((name) => `\${${name}}`))} came from the environment of supervisord; here from the settings of the environment, without which the release is refused.`,
          },
        ]),
    {
      about: 'environment',
      text: 'supervisord passed its own environment on; an agent gets PATH, HOME, LANG, TZ and the like, and what is under "environment".',
    },
  ];
}
