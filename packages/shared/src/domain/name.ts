/**
 * The spellings of names that users choose. Whatever does not match is refused before it becomes a
 * path, a key, a topic or a label.
 */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
const SECRET = /^[A-Z][A-Z0-9_]*$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** Words that stand for a release and are never versions. */
export const RESERVED_VERSIONS = ['latest', 'previous', 'good'] as const;

/** Name of an app, an agent, a host or an environment. */
export const isName = (text: string): boolean => NAME.test(text);

/** A version that a release may carry: well spelled and not reserved. */
export const isVersion = (text: string): boolean =>
  VERSION.test(text) && !(RESERVED_VERSIONS as readonly string[]).includes(text);

export const isSecretName = (text: string): boolean => SECRET.test(text);

/** A sha256 in lower-case hexadecimal. */
export const isDigest = (text: string): boolean => DIGEST.test(text);

/** What a name must look like, for error messages. */
export const NAME_RULE = 'lower-case letters, digits, ".", "_" or "-", at most 63, beginning with a letter or digit';
export const VERSION_RULE =
  'letters, digits, ".", "_", "+" or "-", at most 128, beginning with a letter or digit, and not latest, previous or good';
