/** What hosts have said when they were asked whether they could run a release, put into its plan. */
import type { PreflightReport } from '@outrider/shared/domain/preflight.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { placeKey } from '@outrider/shared/domain/rollout-place.js';
import { aboutApp, type Planned } from './plan.js';
import type { Target } from './plan-host.js';
import { roomProblems } from './room.js';

export type Finding =
  | { readonly kind: 'said'; readonly report: PreflightReport }
  /** It gave no answer: why, as a sentence. */
  | { readonly kind: 'silent'; readonly reason: string }
  /** Its sidecar is of a version that knows no such question. */
  | { readonly kind: 'too-old' };

export interface FindingsInput {
  /** By host; of several apps by host and app. */
  readonly findings: ReadonlyMap<string, Finding>;
  /** Hosts that give no answer are none of the rollout's business. */
  readonly skipDown: boolean;
  readonly digest: (value: unknown) => string;
}

/** The id of the plan is another one where hosts have problems, and the same as without asking where they have none. */
export function withFindings<P extends Planned>(planned: P, { findings, skipDown, digest }: FindingsInput): P {
  const { plan } = planned;
  const problems: string[] = [];
  const notices: string[] = [...(plan.notices ?? [])];
  const hosts = plan.hosts.map((host) => {
    const finding = findings.get(placeKey(host.host, host.app));
    if (finding === undefined) return host;
    problems.push(
      ...unable(planned.targets.find(isOf(host))?.spec, finding).map((what) => `Host ${host.host} ${what}`),
    );
    if (finding.kind === 'too-old') {
      notices.push(`Host ${host.host} runs a sidecar that can't be asked beforehand whether it could run this.`);
      return host;
    }
    if (finding.kind === 'silent') {
      const sentence = `Host ${host.host} did not answer whether it could run this: ${finding.reason}`;
      if (skipDown) notices.push(sentence);
      else problems.push(`${sentence} Bring it back, or leave it out with --skip-down once it is down.`);
      return host;
    }
    problems.push(...finding.report.problems.map((problem) => aboutApp(named(problem, host.host), host.app)));
    notices.push(...finding.report.notices.map((notice) => aboutApp(named(notice, host.host), host.app)));
    const { facts, prepare = [] } = finding.report;
    return { ...host, facts, ...(prepare.length === 0 ? {} : { prepare }) };
  });
  const all = [...new Set([...plan.problems, ...problems, ...roomProblems(hosts)])];
  const id = all.length === plan.problems.length ? plan.plan : digest({ plan: plan.plan, problems: all }).slice(0, 12);
  return {
    ...planned,
    plan: {
      ...plan,
      plan: id,
      hosts,
      problems: all,
      ...(notices.length === 0 ? {} : { notices: [...new Set(notices)] }),
    },
  };
}

const isOf =
  ({ host, app }: { readonly host: string; readonly app?: string }) =>
  (target: Target): boolean =>
    target.host.name === host && target.app === app;

/** A sidecar of an older version would run the release without what it needs. */
function unable(spec: HostSpec | undefined, finding: Finding): readonly string[] {
  if (finding.kind === 'silent') return [];
  const { places = false } = finding.kind === 'said' ? finding.report : {};
  const update = 'update it before this release.';
  return [
    ...((spec?.prepare ?? []).length > 0 && !places ? [`runs a sidecar that can't prepare a release: ${update}`] : []),
    ...((spec?.data ?? []).length > 0 && !places
      ? [`runs a sidecar that can't keep data across releases: ${update}`]
      : []),
  ];
}

const named = (problem: string, host: string): string =>
  new RegExp(`\\bhost ${host.replace(/[.]/g, '\\.')}\\b`).test(problem) ? problem : `Host ${host}: ${problem}`;
