/** `$` in a Compose file: what Compose fills in becomes `${NAME}` of ours, `$$` stays a plain `$`. */
import { References } from './references.js';

const VARIABLE =
  /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])((?:[^{}]|\$\{[^}]*\})*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;

export class ComposeTexts {
  /** Names that must be in the settings of the environment. */
  readonly needed = new Set<string>();
  /** What has no spelling here. */
  readonly strange = new Set<string>();
  private readonly references = new References();

  /** Compose's `$` taken out: what is left is as the program would get it, with marks for what is filled in. */
  open(text: string): string {
    return text.replace(VARIABLE, (whole, braced?: string, operator?: string, given?: string, bare?: string) => {
      const name = braced ?? bare;
      const rest = given ?? '';
      if (name === undefined) return '$';
      if (operator?.endsWith('+') === true || rest.includes('$')) {
        this.strange.add(whole);
        return whole;
      }
      const fallback = operator?.endsWith('-') === true ? `${operator}${rest}` : '';
      if (fallback === '') this.needed.add(name);
      return this.references.hold(`\${${name}${fallback}}`);
    });
  }

  finish(opened: string): string {
    return this.references.finish(opened);
  }

  /** A text of Compose as one of agents.yaml. */
  text(text: string): string {
    return this.finish(this.open(text));
  }

  /** For numbers and words that cannot come from settings here: the default, or undefined. */
  plain(text: string): string | undefined {
    const unknown = [...text.matchAll(VARIABLE)].some(
      ([whole, , operator, rest]) =>
        whole !== '$$' && (operator?.endsWith('-') !== true || rest?.includes('$') === true),
    );
    if (unknown) return undefined;
    return text.replace(VARIABLE, (whole: string, _name: unknown, _operator: unknown, rest = '') =>
      whole === '$$' ? '$' : String(rest),
    );
  }
}
