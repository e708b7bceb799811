import { z } from 'zod';
import { kind } from '../runtime/kind.js';
import { byForm, must, shown, text } from '../runtime/shape.js';
import { problemOfLength } from './spec-strings.js';
import { splitWords } from './split-words.js';

const RULE = 'a command: a list of words, or a string of at least one word';

const word = z
  .string(must('a text'))
  .refine((value) => !value.includes('\0'), must('a text without NUL'))
  .superRefine((value, context) => {
    const problem = problemOfLength(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

const words = kind(
  z.array(word).superRefine(([program], context) => {
    if (program === undefined) context.addIssue({ code: 'custom', message: 'has no word: name the program to run.' });
    else if (program.trim() === '') {
      context.addIssue({ code: 'custom', message: `begins with ${shown(program)}, which is no program: name one.` });
    }
  }),
  { says: 'a list of words', json: { type: 'array', items: { type: 'string' }, minItems: 1 } },
);

/** A list of words, or one string that is split as a shell splits words. No shell ever runs. */
export const commandSchema = byForm<readonly string[]>(
  {
    list: words,
    otherwise: text(RULE)
      .transform((line, context) => {
        const found = splitWords(line);
        if (found !== undefined) return found;
        context.addIssue({
          code: 'custom',
          message: `${unclosed(line)}: ${shown(line)}. Close it, or write a list of words.`,
        });
        return z.NEVER;
      })
      .pipe(words as z.ZodType<readonly string[], readonly string[]>),
  },
  { says: 'a list of words, or a string of at least one word' },
);

const unclosed = (line: string): string =>
  splitWords(`${line}\\`) === undefined ? 'has a quote that is not closed' : 'ends with a backslash';
