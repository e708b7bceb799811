/** The text below a help, in parts: a heading, prose, and lines that stand as they are (examples, tables). */
export type Part =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'literal'; readonly lines: readonly string[] };

export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  for (const line of text.split('\n')) {
    const last = parts.at(-1);
    if (line.trim() === '') parts.push({ kind: 'prose', text: '' });
    else if (/^\s{2}/.test(line)) {
      if (last?.kind === 'literal')
        parts[parts.length - 1] = { kind: 'literal', lines: [...last.lines, line.slice(2)] };
      else parts.push({ kind: 'literal', lines: [line.slice(2)] });
    } else if (/^[A-Z][A-Za-z ]*:$/.test(line)) parts.push({ kind: 'heading', text: line.slice(0, -1) });
    else if (last?.kind === 'prose' && last.text !== '')
      parts[parts.length - 1] = { kind: 'prose', text: `${last.text} ${line}` };
    else parts.push({ kind: 'prose', text: line });
  }
  return parts.filter((part) => part.kind !== 'prose' || part.text !== '');
}
