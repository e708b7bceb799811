/** Callers of an HTTP agent that ask again and again, and write down every answer. */
import { Agent, get } from 'node:http';
import { eventually } from '@outrider/shared/testing/eventually.js';

export interface Answer {
  /** 0: there was no answer. */
  readonly status: number;
  readonly text: string;
  /** What went wrong where there was no answer. */
  readonly problem?: string;
}

export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  /** Each caller asks on one connection for as long as the server keeps it; nothing is asked twice. */
  readonly keepAlive?: boolean;
  readonly callers?: number;
}

export class Load {
  readonly answers: Answer[] = [];
  private ended = false;
  private readonly workers: readonly Promise<void>[];

  constructor(private readonly options: LoadOptions) {
    this.workers = Array.from({ length: options.callers ?? 4 }, () => this.work());
  }

  get failed(): readonly Answer[] {
    return this.answers.filter(({ status }) => status !== 200);
  }
  /** Those whose text has this word. */
  of(word: string): readonly Answer[] {
    return this.answers.filter(({ text }) => text.trim().split(' ').includes(word));
  }
  /** Until it was answered so often after now, so that what follows has been seen by it too. */
  async more(count: number): Promise<void> {
    const before = this.answers.length;
    await eventually(() => this.answers.length >= before + count);
  }
  async end(): Promise<void> {
    this.ended = true;
    await Promise.all(this.workers);
  }

  private async work(): Promise<void> {
    const { host, port, keepAlive = false } = this.options;
    const agent = keepAlive ? new Agent({ keepAlive, maxSockets: 1 }) : false;
    while (!this.ended) this.answers.push(await ask(host, port, agent));
    if (agent !== false) agent.destroy();
  }
}

/** One question; never rejects. */
export const ask = (host: string, port: number, agent: Agent | false = false): Promise<Answer> =>
  new Promise((resolve) => {
    const lost = (error: Error): void => resolve({ status: 0, text: '', problem: error.message });
    get({ host, port, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', lost).on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    }).on('error', lost);
  });
