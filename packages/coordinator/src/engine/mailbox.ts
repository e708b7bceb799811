/** Runs one job at a time, in the order in which they were posted. */
export class Mailbox {
  private tail: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects with its job; a failed job holds up no other. */
  post<T>(job: () => Promise<T>): Promise<T> {
    const result = this.tail.then(job, job);
    this.tail = result.catch(() => undefined);
    return result;
  }
}
