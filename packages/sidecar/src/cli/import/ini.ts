/** Reads INI files as supervisord does: continued lines, `;` and `#` comments, keys without case. Knows no section by name. */
import { invalid } from './source.js';

export interface IniOption {
  /** Lines of a continued value are joined by line breaks. */
  readonly value: string;
  readonly line: number;
}

export interface IniSection {
  readonly name: string;
  readonly line: number;
  /** By key in lower case. */
  readonly options: Map<string, IniOption>;
}

/** @throws OutriderError('invalid') that names the line. */
export function parseIni(text: string, file: string): readonly IniSection[] {
  const sections = new Map<string, IniSection>();
  let section: IniSection | undefined;
  let key: string | undefined;
  let indent = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const content = withoutComment(raw).trim();
    if (content === '') continue;
    const depth = raw.search(/\S/);
    const open = key === undefined ? undefined : section?.options.get(key);
    if (section !== undefined && key !== undefined && open !== undefined && depth > indent) {
      section.options.set(key, { ...open, value: `${open.value}\n${content}`.trim() });
      continue;
    }
    indent = depth;
    const header = /^\[(.+)\]$/.exec(content)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? { name: header, line, options: new Map() };
      sections.set(header, section);
      key = undefined;
      continue;
    }
    const [, name, value = ''] = /^([^=:]+?)\s*[=:]\s*(.*)$/s.exec(content) ?? [];
    if (section === undefined) throw invalid(file, 'This is no INI file: a line before the first [section].', line);
    if (name === undefined)
      throw invalid(file, `This is neither [section] nor key=value: ${JSON.stringify(content.slice(0, 60))}.`, line);
    key = name.toLowerCase();
    section.options.set(key, { value, line });
  }
  return [...sections.values()];
}

/** A comment begins a line or follows a space. */
function withoutComment(line: string): string {
  const start = /(?:^|\s)[;#]/.exec(line);
  return start === null ? line : line.slice(0, start.index);
}
