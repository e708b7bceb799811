import { expect, test } from 'vitest';
import { type Told, toldOnTheWay } from './told-on-the-way.js';

async function all<T>(stream: AsyncIterable<Told<T>>): Promise<Told<T>[]> {
  const heard: Told<T>[] = [];
  for await (const one of stream) heard.push(one);
  return heard;
}

test('tells how far it is, and last what came of it', async () => {
  const heard = await all(
    toldOnTheWay(async (tell) => {
      for (let done = 1; done <= 1000; done += 1) {
        tell(done, 1000);
        await Promise.resolve();
      }
      return 'all';
    }),
  );
  expect(heard.at(-1)).toEqual({ done: 1000, total: 1000, result: 'all' });
  expect(heard.length).toBeGreaterThan(2);
  expect(heard.length).toBeLessThan(110);
});

test('a job that fails ends the stream with its error', async () => {
  const stream = toldOnTheWay(async (tell) => {
    tell(1, 2);
    throw new Error('no more');
  });
  await expect(all(stream)).rejects.toThrow('no more');
});

test('a job without anything to do has a result too', async () => {
  expect(await all(toldOnTheWay(async () => 7))).toEqual([{ done: 0, total: 0, result: 7 }]);
});
