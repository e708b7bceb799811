/** Names of files as people are shown them: one that could break a line, steer a terminal or be read as another is quoted. */

/** Controls, what turns the direction of a line or can't be seen, and what stands where a name was not UTF-8. */
const ODD = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/u;
/** Those that JSON leaves as they are. */
const UNESCAPED = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/g;

const escaped = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** In quotes, as JSON and JavaScript read it. */
export const quoted = (text: string): string => JSON.stringify(text).replace(UNESCAPED, escaped);

/** As it is, where nothing is odd about it; else in quotes. */
export const shownName = (text: string): string => (ODD.test(text) ? quoted(text) : text);
