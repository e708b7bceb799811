/** What was: figures of the last hour, and the rollouts that have ended. */
import { DEFAULT_REPORT_MS, DELIVERIES_KEPT_MS } from '@outrider/shared/domain/delivery.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { z } from 'zod';
import type { DeliveryRecord } from '../../rollout/delivery/record.js';
import { refuse } from '../fields.js';
import { flagOf, nameOf, pageOf, spanOf } from './parameters.js';
import { ok, part, type RestRoute, route } from './route.js';
import { Delivery, History } from './shapes-history.js';

const history = route({
  ...{ method: 'GET', path: '/history', tag: 'fleet', summary: 'Processor, memory and health over the last hour' },
  description:
    'A point every 15 s, at most 240, oldest first: every column has a value for each of `at`, null where it is not ' +
    'known. A coordinator keeps it in memory, so it begins when that has started.',
  parameters: {
    host: nameOf('Only of this host.'),
    app: nameOf('Of agents: only of this app.'),
    agent: nameOf('Of agents: only of this name.'),
    agents: flagOf('With a pair of columns for each instance of the agents.'),
  },
  answers: { 200: { description: 'Columns of the same length.', shape: History } },
  handle: ({ history: kept, values }) => ok(kept.answer(values)),
});

const deliveries = route({
  ...{ method: 'GET', path: '/deliveries', tag: 'rollouts', link: true },
  summary: 'Rollouts that have ended, one entry for each of their apps, newest first',
  description: 'What `/report` is made of: small records that are kept for 400 days, longer than the rollouts.',
  parameters: {
    since: spanOf('What ended in this time up to now: 12h, 7d; absent: 30d. At most 400d.'),
    app: nameOf('Only of this app.'),
    ...pageOf(1_000, 200),
  },
  answers: { 200: { description: 'How each has ended, and how long it took.', shape: z.array(Delivery) } },
  handle: async (asked) => {
    const { since = DEFAULT_REPORT_MS, app } = asked.values;
    if (since > DELIVERIES_KEPT_MS) refuse('since', 'expected is a time up to 400d, which is how long they are kept');
    const { rollouts, clock } = asked.inside;
    const found = await rollouts.deliveries(Math.max(0, clock.now() - since));
    const wanted = found.filter((record) => app === '' || record.app === app).sort((a, b) => b.endedAt - a.endedAt);
    return part(asked, wanted.map(shown));
  },
});

const shown = ({ id, kind, app, version, from, result, startedAt, endedAt, failedAt }: DeliveryRecord) => ({
  ...{ rollout: id, kind, app, version, from: from ?? null, result },
  ...{ started_at: rfc3339(startedAt), ended_at: rfc3339(endedAt), seconds: Math.max(0, endedAt - startedAt) / 1000 },
  failed_at: failedAt === undefined ? null : rfc3339(failedAt),
});

export const HISTORY: readonly RestRoute[] = [history, deliveries];
