/** Labels as people ask for them: `zone=lab,gpu=yes`, those that a host must have all of. */
export type Labels = Readonly<Record<string, string>>;

/** With those of `before`, of the same question; what is wrong, as a sentence without its end, where something is. */
export function readLabels(text: string, before: Labels = {}): Labels | string {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0 || items.some((item) => item.indexOf('=') < 1)) {
    return 'Expected is KEY=VALUE, several with commas between them';
  }
  const labels: Record<string, string> = { ...before };
  for (const item of items) {
    const [key, value] = [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)];
    const other = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (other !== undefined && other !== value) {
      return `${key} can't be ${other} and ${value} on one host, which must have all of the labels: name hosts instead`;
    }
    labels[key] = value;
  }
  return labels;
}
