/** A line as words, by the quoting of a shell and nothing else of it. Knows no variables, operators, patterns, comments. */

/** What a backslash takes its meaning from, between double quotes. */
const ESCAPES = /["\\]/;

/**
 * The words of a line as Python's `shlex.split` finds them: blanks part them; `'...'` is taken as it stands; in `"..."`
 * a backslash is for `"` and `\` alone; elsewhere it keeps the next character. `$X`, `|`, `>`, `#` are plain text.
 * @returns undefined where a quote is not closed, or nothing follows a backslash.
 */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < line.length; index += 1) {
    const char = line.charAt(index);
    if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(line, index, ESCAPES);
      if (quoted === undefined) return undefined;
      word = (word ?? '') + quoted.text;
      index = quoted.end;
    } else if (char === '\\') {
      index += 1;
      if (index === line.length) return undefined;
      word = (word ?? '') + line.charAt(index);
    } else word = (word ?? '') + char;
  }
  return word === undefined ? words : [...words, word];
}

/** From a quote to the one that closes it. `escapes`: what a backslash is for between double quotes. */
export function readQuoted(
  line: string,
  at: number,
  escapes: RegExp,
): { readonly text: string; readonly end: number } | undefined {
  const quote = line.charAt(at);
  let text = '';
  for (let index = at + 1; index < line.length; index += 1) {
    const char = line.charAt(index);
    if (char === quote) return { text, end: index };
    if (quote === '"' && char === '\\' && escapes.test(line.charAt(index + 1))) index += 1;
    text += line.charAt(index);
  }
  return undefined;
}
