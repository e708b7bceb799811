/** Shell completion made from the commands themselves, so that it never lags behind them. */
import type { Command } from 'commander';
import { OutriderError } from '../runtime/errors.js';

/** Adds the verb `completion bash|zsh`, which prints a script to be sourced. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script for completion in the shell')
    .argument('<shell>', 'bash or zsh')
    .addHelpText('after', `\nExample:\n  source <(${program.name()} completion bash)`)
    .action((shell: string) => {
      process.stdout.write(completionScript(program, shell));
    });
}

export function completionScript(program: Command, shell: string): string {
  if (shell !== 'bash' && shell !== 'zsh') {
    throw new OutriderError('invalid', `There is no completion for "${shell}": choose bash or zsh.`);
  }
  const name = program.name();
  const cases = wordsOf(program, []).map(([path, words]) => `    "${path}") words="${words.join(' ')}" ;;`);
  const lines = [
    ...(shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    `_${name}_complete() {`,
    '  local current="${COMP_WORDS[COMP_CWORD]}" path="" words="" word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$word" in -*) ;; *) path="$path $word" ;; esac',
    '  done',
    '  case "${path# }" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    `complete -o default -F _${name}_complete ${name}`,
  ];
  return `${lines.join('\n')}\n`;
}

function wordsOf(command: Command, path: readonly string[]): [string, string[]][] {
  const help = command.createHelp();
  const verbs = help.visibleCommands(command).map((child) => child.name());
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].flatMap(
    (option) => option.long ?? [],
  );
  const own: [string, string[]] = [path.join(' '), [...new Set([...verbs, ...options])]];
  return [own, ...command.commands.flatMap((child) => wordsOf(child, [...path, child.name()]))];
}
