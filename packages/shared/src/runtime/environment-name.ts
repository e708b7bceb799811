const ENVIRONMENTS: Readonly<Record<string, string>> = { dev: 'development', prod: 'production' };

/** `dev` and `prod` are understood. */
export const environmentName = (word: string): string =>
  (Object.hasOwn(ENVIRONMENTS, word) ? ENVIRONMENTS[word] : undefined) ?? word;
