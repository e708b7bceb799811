/** `coordinator events [-f]`: the fleet's history. */
import type { Command } from 'commander';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { readEvent } from '@outrider/shared/rpc/codec.js';
import { countOption, rolloutIdArgument } from './arguments.js';
import { eventLine } from './event-line.js';
import { follower } from './follower.js';
import { type Globals, globalsOf, withGlobals } from './globals.js';
import { print, printJson } from './output.js';
import { SeveralApps } from './several-apps.js';
import { LINES_AGAIN, Unseen } from './unseen.js';

interface EventsOptions {
  readonly follow?: true;
  readonly lines?: number;
  readonly rollout?: string;
}

export function eventsCommand(program: Command): void {
  const command = withGlobals(program.command('events').description('the history of the fleet'));
  command
    .option('-f, --follow', 'go on as it happens')
    .option('-n, --lines <count>', 'the last so many to begin with (default 100, following 10)', countOption)
    .option('--rollout <id>', 'only of this rollout', rolloutIdArgument)
    .action(async (options: EventsOptions) => events(globalsOf(command), options));
}

async function events(globals: Globals, options: EventsOptions): Promise<void> {
  const several = new SeveralApps();
  const showOne = (event: OutriderEvent): void => {
    if (globals.json) printJson(event);
    else print(eventLine(event, several.has(event)));
  };
  const follow = options.follow === true;
  const lines = options.lines ?? (follow ? 10 : 100);
  const unseen = new Unseen(Date.now(), lines > 0);
  await follower(globals, follow, async (remote, limits, again) => {
    // After a gap more is asked for, and what is not new is left out.
    if (again) unseen.again(Date.now());
    const request = { follow, lines: again ? LINES_AGAIN : lines, rollout: options.rollout ?? '' };
    for await (const event of remote.Events(request, limits)) unseen.take(readEvent(event)).forEach(showOne);
  });
}
