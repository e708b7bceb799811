/** A long job as a stream: how far it is, told on the way, and last what came of it. */

export type Told<T> =
  | { readonly done: number; readonly total: number; readonly result?: undefined }
  | { readonly done: number; readonly total: number; readonly result: T };

/** Told again when so much of the whole has been done since. */
const STEP = 0.01;

/** Rejects with what `act` rejects with. Whoever reads slowly hears of the newest only. */
export async function* toldOnTheWay<T>(
  act: (tell: (done: number, total: number) => void) => Promise<T>,
): AsyncGenerator<Told<T>> {
  const far = { done: 0, total: 0, ended: false, wake: (): void => undefined };
  let told = 0;
  const isNews = (): boolean => far.done > told && far.done - told >= far.total * STEP;
  const job = act((done, total) => {
    Object.assign(far, { done, total });
    if (isNews()) far.wake();
  }).finally(() => {
    far.ended = true;
    far.wake();
  });
  // Whoever goes away before the end does not hear of its failure.
  job.catch(() => undefined);
  while (!far.ended) {
    const news = new Promise<void>((resolve) => (far.wake = resolve));
    if (isNews()) yield { done: (told = far.done), total: far.total };
    else await news;
  }
  yield { done: far.done, total: far.total, result: await job };
}
