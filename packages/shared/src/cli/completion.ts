/**
 * Completion in bash, zsh and fish. The scripts only ask the program (`__complete`), which knows its commands: a verb
 * that is new is completed at once, in shells too that have read the script before.
 */
import { Argument, type Command } from 'commander';
import type { ValuesOf } from './complete.js';

/** The word that the scripts ask with. */
export const COMPLETE = '__complete';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const providers = new WeakMap<Command, ValuesOf>();

/** Adds the verb `completion bash|zsh|fish`. `valuesOf`: whoever knows names of hosts and the like. */
export function addCompletion(program: Command, valuesOf?: ValuesOf): void {
  if (valuesOf !== undefined) providers.set(program, valuesOf);
  const name = program.name();
  program
    .command('completion')
    .description('print a script for completion in the shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .option('--json', 'print JSON: the shell and its script')
    .addHelpText(
      'after',
      `
Verbs, options, their values, and names of what is there: hosts, agents, apps, versions, rollouts.

Examples:
  source <(${name} completion bash)                                  # in ~/.bashrc
  source <(${name} completion zsh)                                   # in ~/.zshrc, after compinit
  ${name} completion fish > ~/.config/fish/completions/${name}.fish`,
    )
    .action((shell: (typeof SHELLS)[number], _: object, command: Command) => {
      const script = SCRIPTS[shell](name);
      const { json = false } = command.optsWithGlobals<{ readonly json?: true }>();
      process.stdout.write(json ? `${JSON.stringify({ shell, script })}\n` : script);
    });
}

/** Answers a script. Never rejects: whoever types is not to be disturbed. */
export async function answerCompletion(program: Command, words: readonly string[]): Promise<void> {
  const { complete, completionLines } = await import('./complete.js');
  const valuesOf = providers.get(program);
  const quietly: ValuesOf = (kind, typed) => (valuesOf?.(kind, typed) ?? Promise.resolve([])).catch(() => []);
  const asked = words[0] === '--' ? words.slice(1) : words;
  process.stdout.write(completionLines(await complete(program, asked, quietly)));
}

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (name: string) => string>> = {
  bash: (name) => `_${name}_complete() {
  local IFS=$'\\n' line
  COMPREPLY=()
  for line in $("\${COMP_WORDS[0]}" ${COMPLETE} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
    case "$line" in
      :files) compopt -o default 2>/dev/null ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done
}
complete -F _${name}_complete ${name}
`,
  zsh: (name) => `#compdef ${name}
_${name}() {
  local -a lines described
  local line files=0
  lines=("\${(@f)$("\${words[1]}" ${COMPLETE} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    case "$line" in
      :files) files=1 ;;
      *$'\\t'*) described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      ?*) described+=("\${line//:/\\\\:}") ;;
    esac
  done
  (( \${#described} )) && _describe '${name}' described
  (( files )) && _files
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`,
  fish: (name) => `function __${name}_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (command $words[1] ${COMPLETE} -- $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c ${name} -f -a "(__${name}_complete)"
`,
};
