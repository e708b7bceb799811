/**
 * Wire messages to domain types and back; the only reader of the generated message types. The messages
 * mirror the domain member by member, so reading is: leave out what is absent, and parse what travels as
 * JSON.
 */
import type { Patch, PatchPart } from '../release/patch.js';
import type { ManifestPatch as WireManifestPatch, ManifestPatch__Output } from '../gen/outrider/v1/ManifestPatch.js';
import type { DeliveryReport } from '../domain/delivery.js';
import type { Diagnosis, QuestionAnswer } from '../domain/diagnosis.js';
import type { OutriderEvent } from '../domain/event.js';
import type { HealthResult } from '../domain/health-result.js';
import type { AppStatus, HostStatus, InstanceStatus } from '../domain/host.js';
import type { HookAnswer } from '../domain/hook.js';
import { shownHosts, shownRuns } from '../domain/rollout-place.js';
import type { HostSamples } from '../domain/gate.js';
import type { PreflightReport } from '../domain/preflight.js';
import type { Release, ReleaseSource, ReleaseView } from '../domain/release.js';
import type { VerifyResult } from '../domain/release-check.js';
import { NO_PROOF, type ReleaseProof, type ReleaseSignature } from '../domain/release-signature.js';
import type { Plan, Rollout } from '../domain/rollout.js';
import type { AppStatus__Output } from '../gen/outrider/v1/AppStatus.js';
import type { HealthResult__Output } from '../gen/outrider/v1/HealthResult.js';
import type { AskHostsResponse__Output } from '../gen/outrider/v1/AskHostsResponse.js';
import type { Diagnosis as WireDiagnosis, Diagnosis__Output } from '../gen/outrider/v1/Diagnosis.js';
import type { Event as WireEvent, Event__Output } from '../gen/outrider/v1/Event.js';
import type { HookAnswer as WireHookAnswer, HookAnswer__Output } from '../gen/outrider/v1/HookAnswer.js';
import type { HostStatus__Output } from '../gen/outrider/v1/HostStatus.js';
import type { InstanceStatus as WireInstance, InstanceStatus__Output } from '../gen/outrider/v1/InstanceStatus.js';
import type { Plan as WirePlan, Plan__Output } from '../gen/outrider/v1/Plan.js';
import type { PreflightResponse__Output } from '../gen/outrider/v1/PreflightResponse.js';
import type { Release as WireRelease, Release__Output } from '../gen/outrider/v1/Release.js';
import type { ReleaseSource__Output } from '../gen/outrider/v1/ReleaseSource.js';
import type { ReleaseProof as WireProof, ReleaseProof__Output } from '../gen/outrider/v1/ReleaseProof.js';
import type { ReleaseSignature__Output } from '../gen/outrider/v1/ReleaseSignature.js';
import type {
  VerifyProgress as WireVerifyProgress,
  VerifyProgress__Output,
} from '../gen/outrider/v1/VerifyProgress.js';
import type { SamplesResponse as WireSamples, SamplesResponse__Output } from '../gen/outrider/v1/SamplesResponse.js';
import type { ReportResponse as WireReport, ReportResponse__Output } from '../gen/outrider/v1/ReportResponse.js';
import type { RolloutRecord as WireRollout, RolloutRecord__Output } from '../gen/outrider/v1/RolloutRecord.js';

import type { Told } from '../runtime/told-on-the-way.js';

/** A message without the members that are null (unset messages) or name a oneof (`_member`). */
function present(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(present);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => member !== null && member !== undefined && !key.startsWith('_'))
      .map(([key, member]) => [key, present(member)]),
  );
}

export const readHostStatus = (wire: HostStatus__Output): HostStatus => present(wire) as HostStatus;
export const readAppStatus = (wire: AppStatus__Output): AppStatus => present(wire) as AppStatus;
export const readInstanceStatus = (wire: InstanceStatus__Output): InstanceStatus => present(wire) as InstanceStatus;
/** `answer`: to whoever has said something to it. */
export function readRollout(
  wire: RolloutRecord__Output,
): Rollout & { readonly explained: string; readonly answer?: string; readonly planned?: Plan['hosts'] } {
  const { apps = [], planned = [], ...rest } = present(wire) as ReturnType<typeof readRollout>;
  return { ...rest, ...(apps.length === 0 ? {} : { apps }), ...(planned.length === 0 ? {} : { planned }) };
}
export const readPlan = (wire: Plan__Output): Plan => present(wire) as Plan;
export const readPreflight = (wire: PreflightResponse__Output): PreflightReport => present(wire) as PreflightReport;
export const readHookAnswer = (wire: HookAnswer__Output): HookAnswer => present(wire) as HookAnswer;
export const writeHookAnswer = (answer: HookAnswer): WireHookAnswer => ({ ...answer, log: [...answer.log] });
export const readReleaseSource = (wire: ReleaseSource__Output): ReleaseSource => present(wire) as ReleaseSource;
/** One that nobody has signed has no list of signatures. */
export function readRelease(wire: Release__Output): ReleaseView {
  const { signatures = [], ...rest } = present(wire) as ReleaseView;
  return signatures.length === 0 ? rest : { ...rest, signatures };
}

/** Absent: a leader of an earlier version, or nothing is signed. */
export const readProof = (wire: ReleaseProof__Output | null): ReleaseProof =>
  wire === null ? NO_PROOF : (present(wire) as ReleaseProof);
export const writeProof = ({ signatures, agentsYaml }: ReleaseProof): WireProof => ({
  signatures: [...signatures],
  agentsYaml,
});
export const readSignatures = (wire: readonly ReleaseSignature__Output[]): readonly ReleaseSignature[] =>
  present(wire) as readonly ReleaseSignature[];
export function readVerifyProgress({ bytesDone, bytesTotal, result }: VerifyProgress__Output): Told<VerifyResult> {
  const far = { done: bytesDone, total: bytesTotal };
  return result === null ? far : { ...far, result: present(result) as VerifyResult };
}
export const writeVerifyProgress = ({ done, total, result }: Told<VerifyResult>): WireVerifyProgress => ({
  ...{ bytesDone: done, bytesTotal: total },
  ...(result === undefined ? {} : { result: result as object }),
});

export const readHealthResult = (wire: HealthResult__Output): HealthResult => present(wire) as HealthResult;

export function readEvent(wire: Event__Output): OutriderEvent {
  const { data, ...rest } = present(wire) as Omit<OutriderEvent, 'data'> & { data: string };
  return data === '' ? rest : { ...rest, data: JSON.parse(data) as Record<string, unknown> };
}

export const writeEvent = (event: OutriderEvent): WireEvent => ({
  ...event,
  data: event.data === undefined ? '' : JSON.stringify(event.data),
});

export const readReport = (wire: ReportResponse__Output): DeliveryReport => present(wire) as DeliveryReport;
export const writeReport = (report: DeliveryReport): WireReport => report as WireReport;

export const writeRelease = ({ signatures = [], ...release }: Release & Partial<ReleaseView>): WireRelease => ({
  ...(release as WireRelease),
  signatures: [...signatures],
});
export const writePlan = (plan: Plan): WirePlan => plan as WirePlan;
/** Of a gate, where it stands: what it asks is in the release. */
export function writeRollout(rollout: Rollout, explained: string): WireRollout {
  const gates = (rollout.gates ?? []).map(({ name, outcome, reason, passed, failed, spec }) => ({
    ...{ name, outcome, reason, passed, failed },
    count: spec.count,
  }));
  const wire: object = { ...rollout, hosts: shownHosts(rollout), hookRuns: shownRuns(rollout), gates, explained };
  return wire;
}

export const readDiagnosis = (wire: Diagnosis__Output): Diagnosis => present(wire) as Diagnosis;
export const writeDiagnosis = (diagnosis: Diagnosis): WireDiagnosis => diagnosis as WireDiagnosis;
export const readAnswers = (wire: AskHostsResponse__Output): readonly QuestionAnswer[] => wire.answers;

export const readHostSamples = (wire: SamplesResponse__Output): HostSamples => present(wire) as HostSamples;
export const writeHostSamples = (samples: HostSamples): WireSamples => samples as WireSamples;
export const writeInstanceStatus = (status: InstanceStatus): WireInstance => status;

export const readPatchParts = (wire: ManifestPatch__Output): readonly PatchPart[] =>
  wire.parts.map(({ offset, size, data }) => (data === undefined ? { offset, size } : { data }));
export const writeManifestPatch = (app: string, { base, parts }: Patch): WireManifestPatch => ({
  ...{ app, base },
  parts: parts.map((part) => ('data' in part ? { data: Buffer.from(part.data) } : part)),
});
