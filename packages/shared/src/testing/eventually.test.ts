import { expect, it } from 'vitest';
import { eventually } from './eventually.js';

it('returns what the condition gives at last', async () => {
  let asked = 0;
  await expect(eventually(() => ((asked += 1) < 3 ? null : asked), { everyMs: 1 })).resolves.toBe(3);
});

it('takes an error for "not yet", zero and an empty text for an answer', async () => {
  let asked = 0;
  const flaky = () => {
    if ((asked += 1) < 2) throw new Error('not yet');
    return 0;
  };
  await expect(eventually(flaky, { everyMs: 1 })).resolves.toBe(0);
});

it('says what it waited for, and why not', async () => {
  const never = () => {
    throw new Error('refused');
  };
  await expect(eventually(never, { timeoutMs: 5, everyMs: 1, describe: () => 'the port' })).rejects.toThrow(
    /in vain for the port; last error: refused/,
  );
});

it('takes assertions, but no answer that could mean both', async () => {
  let asked = 0;
  await eventually(() => expect((asked += 1)).toBe(3), { everyMs: 1 });
  expect(asked).toBe(3);
  const found = (): string | undefined => undefined;
  // @ts-expect-error undefined might mean "not yet" or "done"
  await eventually(found);
});
