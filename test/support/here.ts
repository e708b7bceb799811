/** `sidecar WORDS` on a test's host as its operator types them: nothing is named, neither endpoint nor token. */
import { type CliOptions, type CliResult, type CliRun, startCli } from './cli-run.js';
import { BINS, cleanEnvironment } from './cluster-layout.js';
import type { Cluster } from './cluster.js';

export class Here {
  constructor(private readonly cluster: Cluster) {}

  /** To its end. */
  run = (...words: readonly string[]): Promise<CliResult> => this.start(words).result;

  /** To be looked at while it runs. */
  start(words: readonly string[], options: Partial<CliOptions> = {}): CliRun {
    return startCli(BINS.sidecar, words, {
      ...options,
      env: { ...cleanEnvironment(this.cluster.layout), ...options.env },
    });
  }

  /** To its end, or the error of one that did not end well. */
  async must(...words: readonly string[]): Promise<CliResult> {
    const result = await this.run(...words);
    if (result.code !== 0) throw new Error(`sidecar ${words.join(' ')} ended with ${result.code}: ${result.stderr}`);
    return result;
  }
}
