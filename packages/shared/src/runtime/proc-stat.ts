/**
 * The fields of a line of /proc/PID/stat by their number in proc(5), from 3 on; undefined where the text is none. The
 * name in field 2 may hold spaces and parentheses: the last one ends it.
 */
export function statFields(text: string): ((number: number) => string | undefined) | undefined {
  const nameEnd = text.lastIndexOf(')');
  if (nameEnd < 0) return undefined;
  const fields = text.slice(nameEnd + 2).split(' ');
  return (number) => fields[number - 3];
}
