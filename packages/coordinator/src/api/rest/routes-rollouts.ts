/** Rollouts: looking at them, what one would do, what an operator says to one, and the way back. */
import { reportDocument } from '@outrider/shared/documents/report.js';
import { DEFAULT_REPORT_MS } from '@outrider/shared/domain/delivery.js';
import { readPlan, readReport, readRollout } from '@outrider/shared/rpc/codec.js';
import { z } from 'zod';
import { rollbackAtLeader } from '../emergency.js';
import { onlyFields, textIn } from '../fields.js';
import { planRollback } from '../rollback-plan.js';
import { appsOf, countOf, nameOf, rolloutOf, spanOf } from './parameters.js';
import { PLAN_PARAMETERS, planRequest } from './plan-parameters.js';
import { next, ok, type RestRoute, route } from './route.js';
import { Control, Plan, Report, Rollback, RollbackBegun, RollbackPlan, Rollout } from './shapes-rollout.js';

const tag = 'rollouts';

const list = route({
  ...{ method: 'GET', path: '/rollouts', tag, summary: 'Rollouts, newest first', link: true },
  parameters: {
    app: appsOf('Only of this app, or of just these several.'),
    limit: countOf('At most so many.', 1, 1_000, 20),
    before: rolloutOf('Only those that began before this one.'),
  },
  answers: { 200: { description: 'As `coordinator rollout ls --json`.', shape: z.array(Rollout) } },
  handle: async (asked) => {
    const { app, limit, before } = asked.values;
    const { rollouts } = await asked.wire.ListRollouts({ app, limit: limit + 1, before });
    const shown = rollouts.slice(0, limit);
    const last = shown.at(-1)?.id ?? '';
    return ok(shown.map(readRollout), rollouts.length > limit ? next(asked, { before: last, limit }) : {});
  },
});

const one = route({
  ...{
    method: 'GET',
    path: '/rollout',
    tag,
    summary: 'One rollout; with the token also what was planned for each host, and what hooks have said',
  },
  parameters: {
    rollout: rolloutOf('Its id; absent: the latest.'),
    app: appsOf('Without an id: the latest of this app.'),
  },
  answers: { 200: { description: 'As `coordinator rollout status --json`.', shape: Rollout } },
  handle: async ({ values, wire }) => ok(readRollout(await wire.GetRollout(values))),
});

const control = route({
  ...{ method: 'POST', path: '/rollout', tag, summary: 'Pause, resume, promote or abort a rollout', token: true },
  parameters: {},
  body: Control,
  answers: { 200: { description: 'The rollout as it is then, with what became of the wish.', shape: Rollout } },
  handle: async ({ body, wire, by }) => {
    onlyFields(body, ['action', 'rollout', 'app']);
    const [action, rollout, app] = [textIn(body, 'action'), textIn(body, 'rollout'), textIn(body, 'app')];
    return ok(readRollout(await wire.ControlRollout({ action, rollout, app, by })));
  },
});

const plan = route({
  ...{ method: 'GET', path: '/plan', tag, summary: 'What a rollout would do; changes nothing', token: true },
  description:
    'Every host is asked whether it could run the release. Problems are in the answer, which is 200 all the same.',
  parameters: PLAN_PARAMETERS,
  answers: { 200: { description: 'As `coordinator rollout --plan --json`.', shape: Plan } },
  handle: async ({ values, wire, by }) => ok(readPlan(await wire.PlanRollout({ ...planRequest(values), by }))),
});

const rollback = route({
  ...{ method: 'POST', path: '/rollback', tag, summary: 'Every app, or one, back to what each host ran', token: true },
  description: 'Without a body: everything, with the strategy emergency.',
  parameters: {},
  body: Rollback,
  answers: { 202: { description: 'It has begun; follow rollback_id.', shape: RollbackBegun } },
  handle: async ({ inside, body, by }) => ({ status: 202, body: await rollbackAtLeader(inside, body, by) }),
});

const rollbackPlan = route({
  ...{
    method: 'POST',
    path: '/plan/rollback',
    tag,
    summary: 'What POST /rollback would do; changes nothing',
    token: true,
  },
  description: 'Takes what POST /rollback takes, and follows the same rules: also where a rollout is under way.',
  parameters: {},
  body: Rollback,
  answers: { 200: { description: 'What is done for each app, and where each host ends.', shape: RollbackPlan } },
  handle: async ({ inside, body, by }) => ok(await planRollback(inside, body, by)),
});

const report = route({
  ...{ method: 'GET', path: '/report', tag, summary: 'How often and how well releases reach the hosts' },
  parameters: {
    since: spanOf('What ended in this time up to now: 12h, 7d; absent: 30d. At most 400d.'),
    app: nameOf('Only of this app.'),
  },
  answers: { 200: { description: 'As `coordinator report --json`.', shape: Report } },
  handle: async ({ values: { since = DEFAULT_REPORT_MS, app }, wire }) =>
    ok(reportDocument(readReport(await wire.Report({ sinceMs: since, app })))),
});

export const ROLLOUTS: readonly RestRoute[] = [list, one, control, plan, rollbackPlan, rollback, report];
