import { OutriderError } from '@outrider/shared/runtime/errors.js';

/** Agents have names in their app alone. @throws OutriderError('invalid') where several apps and some agents are named. */
export function refuseAgentsOfSeveral(apps: readonly string[], agents: readonly string[] = []): void {
  if (apps.length < 2 || agents.length === 0) return;
  throw new OutriderError(
    'invalid',
    `--agents names agents of one app, and ${apps.join(' and ')} are several. Name one of them with --app.`,
  );
}
