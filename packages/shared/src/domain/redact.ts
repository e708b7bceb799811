/**
 * Keeps values that look like secrets out of what people are shown or handed. By names, since a value does not say
 * what it is: better one too many hidden than one shown.
 */
const SECRET_NAME =
  /secret|token|passw|passphrase|pwd|credential|authoriz|cookie|private|signature|salt|dsn|webhook|(?:^|[_.-])(?:api|auth|key|cert|pass)|(?:key|pass|auth)$|apikey/i;

export const HIDDEN = '(hidden)';

export const looksSecret = (name: string): boolean => SECRET_NAME.test(name);

/**
 * `NAME=value`, `NAME: value`, in quotes or not; the value goes as far as the quote or the space. A name is looked for
 * once a word: at each of its letters, a word of 60,000 would take seconds.
 */
const ASSIGNED = /(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]+)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"'}\])]+)/g;
/** `--name value` */
const FLAGGED = /((?:^|\s)(--?[A-Za-z][A-Za-z0-9_.-]*)\s+)("[^"]*"|'[^']*'|[^\s-]\S*)/g;
/** The password, or whatever stands alone, before the last `@` of a URL's first part. */
const IN_URL = /(\b[a-z][a-z0-9+.-]{0,40}:\/\/)[^\s/]*@/gi;
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/g;

/** A text of any kind without what stands beside a name that looks secret. */
export const redact = (text: string): string =>
  withoutAssigned(text.replace(IN_URL, `$1${HIDDEN}@`).replace(BEARER, `$1 ${HIDDEN}`)).replace(
    FLAGGED,
    (all: string, head: string, name: string) => (looksSecret(name) ? `${head}${HIDDEN}` : all),
  );

/** Looks on behind each name that is none, since its value may be the next name: `error: token=...`. */
function withoutAssigned(text: string): string {
  const pattern = new RegExp(ASSIGNED);
  let shown = '';
  let from = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [, name = '', sign = '', value = ''] = found;
    const head = found.index + name.length + sign.length;
    pattern.lastIndex = looksSecret(name) ? head + value.length : head;
    // Hidden already, by whoever has told it before.
    if (!looksSecret(name) || text.startsWith(HIDDEN, head)) continue;
    shown += text.slice(from, head) + HIDDEN;
    from = head + value.length;
  }
  return shown + text.slice(from);
}

/** The same for every text in a JSON value; below a name that looks secret every text is hidden, however deep. */
export function redactAll(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item, index) => (follows(value, index) ? HIDDEN : redactAll(item)));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, looksSecret(name) ? hideTexts(member) : redactAll(member)]),
  );
}

function hideTexts(value: unknown): unknown {
  if (typeof value === 'string') return HIDDEN;
  if (Array.isArray(value)) return value.map(hideTexts);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hideTexts(member)]));
}

/** The word after `--password` in the list of a command's words. */
function follows(list: readonly unknown[], index: number): boolean {
  const [before, item] = [list[index - 1], list[index]];
  return (
    typeof before === 'string' && typeof item === 'string' && /^--?[A-Za-z][\w.-]*$/.test(before) && looksSecret(before)
  );
}
