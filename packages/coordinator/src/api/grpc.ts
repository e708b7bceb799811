/** The gRPC face of the coordinator, put together from its parts. */
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import { coordinatorProto } from '@outrider/shared/rpc/loader.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { type GrpcServer, startGrpcServer } from '@outrider/shared/rpc/server.js';
import { type CoordinatorService, forwarding } from './forwarding.js';
import { doctorMethods } from './grpc-doctor.js';
import { emergencyMethods } from './grpc-emergency.js';
import { errorMethods } from './grpc-errors.js';
import { evidenceMethods } from './grpc-evidence.js';
import { fleetMethods } from './grpc-fleet.js';
import { healthMethods } from './grpc-health.js';
import { holdMethods } from './grpc-holds.js';
import { releaseMethods } from './grpc-releases.js';
import { reportMethods } from './grpc-report.js';
import { rolloutMethods } from './grpc-rollouts.js';
import { trustMethods } from './grpc-trust.js';
import type { Inside } from './inside.js';

/** Methods that only read what is no secret. */
export const OPEN_METHODS: ReadonlySet<string> = new Set<keyof Service<CoordinatorHandlers>>([
  'Status',
  'ListReleases',
  'WatchRollout',
  'ListRollouts',
  'GetRollout',
  'Hosts',
  'Agents',
  'Events',
  'Report',
  'Errors',
  'HealthReport',
  'HealthHistory',
]);

export function startGrpc(
  inside: Inside,
  listen: readonly string[],
  tokens: () => readonly string[],
  onBug: (error: unknown, method: string) => void,
): Promise<GrpcServer> {
  const proto = coordinatorProto();
  const { service } = proto.types.outrider.v1.Coordinator;
  const implementation = coordinatorMethods(inside);
  return startGrpcServer({ service, proto, implementation, listen, tokens, open: OPEN_METHODS, onBug });
}

/** All that can be asked of a coordinator, with the leader before what changes something; REST answers by it too. */
export function coordinatorMethods(inside: Inside): CoordinatorService {
  const { service } = coordinatorProto().types.outrider.v1.Coordinator;
  const methods = {
    ...releaseMethods(inside),
    ...trustMethods(inside),
    ...rolloutMethods(inside),
    ...fleetMethods(inside),
    ...emergencyMethods(inside),
    ...holdMethods(inside),
    ...evidenceMethods(inside),
    ...reportMethods(inside),
    ...errorMethods(inside),
    ...healthMethods(inside),
    ...doctorMethods(inside),
  };
  return forwarding(methods, service, OPEN_METHODS, inside.leader);
}
