import { parseArgsStringToArgv } from 'string-argv';
import { z } from 'zod';
import { byForm, list, must, text } from '../runtime/shape.js';

const RULE = 'a command: a list of words, or a string of at least one word';

/** A list of words, or one string that is split as a shell splits words. No shell ever runs. */
export const commandSchema = byForm<readonly string[]>((value) => {
  if (Array.isArray(value)) {
    const word = z.string(must('a text')).refine((entry) => !entry.includes('\0'), must('a text without NUL'));
    return list(word, '[python3, agent.py]').refine((words) => words.length > 0 && words[0] !== '', must(RULE));
  }
  return text(RULE)
    .transform((line) => parseArgsStringToArgv(line))
    .refine((words) => words.length > 0 && words[0] !== '', must(RULE));
});
