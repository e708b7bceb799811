import { type Logger, pino } from 'pino';

export type { Logger };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  /** `sidecar` or `coordinator`; stands in each line as `name`. */
  readonly name: string;
  readonly level: LogLevel;
  /** Appended to; absent: standard error. */
  readonly file?: string;
  /** Stands in each line. */
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * JSON lines to standard error (or a file), never to standard output. Written at once: the last line before a crash
 * is the one that matters. For a line of a rollout use `logger.child({ rollout })`.
 */
export function createLogger({ name, level, file, fields }: LoggerOptions): Logger {
  const destination = pino.destination(
    file === undefined ? { dest: 2, sync: true } : { dest: file, sync: true, append: true, mkdir: true },
  );
  // A reader of our log that went away must not end the daemon.
  destination.on('error', () => undefined);
  return pino(
    {
      name,
      level,
      base: { name, pid: process.pid, ...fields },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
      redact: { paths: ['token', '*.token', 'password', '*.password', 'authorization', '*.authorization'] },
    },
    destination,
  );
}
