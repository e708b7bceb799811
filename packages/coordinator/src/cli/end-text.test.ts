import { expect, it } from 'vitest';
import { endText } from './end-text.js';
import type { Explained } from './rollout-view.js';

const ended = (cause: string, agent = 'beat'): Explained =>
  ({ explained: 'It failed.', culprit: { host: 'c', agent, instance: 0, cause, log: [] } }) as unknown as Explained;

it('names the culprit once', () => {
  expect(endText(ended('exited with code 1'))).toBe('It failed.\nCause: beat.0 on c: exited with code 1');
  expect(endText(ended('beat on c: 11.4 errors a minute'))).toBe('It failed.\nCause: beat on c: 11.4 errors a minute');
});
