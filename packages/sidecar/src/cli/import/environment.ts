/** Variables of other programs as `environment:`; says which of them need a person. */
import type { AgentDraft } from './imported.js';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SECRET = /(?:PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?|PRIVATE_KEY|API_?KEY|ACCESS_KEY)(?:_|$)/i;

/** `values` are finished texts. */
export function addEnvironment(draft: AgentDraft, values: Readonly<Record<string, string>>): void {
  const good = Object.entries(values).filter(([name]) => NAME.test(name));
  for (const name of Object.keys(values).filter((word) => !NAME.test(word))) {
    draft.note('environment', `${name} is no name that a variable can have here: letters, digits and "_".`);
  }
  draft.add('environment', Object.fromEntries(good));
  const secrets = good.filter(([name, value]) => SECRET.test(name) && value !== '' && !value.startsWith('${'));
  if (secrets.length > 0) {
    draft.note(
      'environment',
      `${listOf(secrets.map(([name]) => name))} looks like a secret, and agents.yaml travels with the release: hand it over with "secrets", or as \${NAME} from the settings of the environment.`,
    );
  }
}

/** A file of variables is not copied: what is in it is often secret. `names` undefined: it cannot be read here. */
export function noteEnvironmentFile(draft: AgentDraft, about: string, names: readonly string[] | undefined): void {
  const what = names === undefined || names.length === 0 ? 'its variables' : listOf(names);
  draft.note(about, `is not read by an agent: write ${what} under "environment", what is secret under "secrets".`);
}

/** Names of the variables of a `.env` file. */
export function namesOfVariables(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1] ?? []);
}

const MOST_LISTED = 12;

/** `A, B and C` */
export function listOf(words: readonly string[]): string {
  const shown =
    words.length > MOST_LISTED ? [...words.slice(0, MOST_LISTED), `${words.length - MOST_LISTED} more`] : words;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${String(shown.at(-1))}`;
}
