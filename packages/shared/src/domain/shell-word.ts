const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word of a command that is to be pasted into a shell. */
export const shellWord = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
