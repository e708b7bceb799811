/** Whether this host could run a release: asked before anything of it is brought here. Changes nothing. */
import type { PreflightReport } from '@outrider/shared/domain/preflight.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { reservationProblems, type Reserved, reservedBy } from '../../host/reservations.js';
import { claimsOf } from '../../host/socket-claims.js';
import type { Preflight } from '../../link/ports.js';
import type { HostDriver } from '../host-driver.js';
import { strategyOf } from '../host-driver-input.js';
import { besideWhatRuns } from './beside.js';
import type { PortHolders, StagingNeeds } from './ports.js';

export interface PreflightOptions {
  readonly host: string;
  readonly address: string;
  readonly driver: Pick<HostDriver, 'outlook' | 'status'>;
  readonly needs: StagingNeeds;
  readonly ports: PortHolders;
  /** What the machine has. */
  readonly machine: () => Reserved & { readonly availableBytes: number };
}

export const createPreflight =
  (options: PreflightOptions): Preflight =>
  async (documents): Promise<PreflightReport> => {
    const { driver, needs } = options;
    const { spec, neededBytes, freeBytes, reserveBytes, problem, prepare, ...said } = await needs.needOf(documents);
    const { problems, others, own } = driver.outlook(spec);
    const machine = options.machine();
    const reserved = reservedBy(own, others);
    const beside =
      strategyOf(documents.strategy) === 'blue-green' ? besideWhatRuns(own, driver.status(), machine) : undefined;
    return {
      problems: [
        ...(problem === undefined ? [] : [problem]),
        ...problems,
        ...(problems.length === 0 ? strangersOn(spec, options) : []),
        ...reservationProblems(own, others, machine),
        ...(beside?.problems ?? []),
      ],
      notices: [...said.notices, ...(beside?.notices ?? [])],
      ...{ prepare, places: true },
      facts: {
        ...{ diskNeededBytes: neededBytes, diskFreeBytes: freeBytes, diskReserveBytes: reserveBytes },
        ...{ memoryBytes: machine.memoryBytes, memoryReservedBytes: reserved.memoryBytes },
        ...{ cpus: machine.cpus, cpusReserved: reserved.cpus },
        ...beside?.facts,
      },
    };
  };

/** An address that another program has is refused by the kernel when the agent is to get it: too late for a plan. */
function strangersOn(spec: HostSpec, { host, address, ports }: PreflightOptions): readonly string[] {
  return claimsOf(spec, address).flatMap((claim) => {
    const stranger = ports.strangerOn(claim.address, spec.app, host);
    return stranger === undefined
      ? []
      : [
          `${spec.app} ${spec.version}: ${claim.owner} wants ${claim.address}, which is taken by ${stranger}. End that program or declare another address.`,
        ];
  });
}
