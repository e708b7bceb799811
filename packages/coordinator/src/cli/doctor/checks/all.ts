/** Every check, in the order in which they are told: what others follow from comes first. */
import type { Check, FleetSight, Finding } from '../check.js';
import { agents } from './agents.js';
import { certificates } from './certificates.js';
import { clock } from './clock.js';
import { coordinator } from './coordinator.js';
import { crossHost } from './cross-host.js';
import { disk } from './disk.js';
import { errorBus } from './error-bus.js';
import { eventLoop } from './event-loop.js';
import { hosts } from './hosts.js';
import { leader } from './leader.js';
import { monitoring } from './monitoring.js';
import { permissions } from './permissions.js';
import { ports } from './ports.js';
import { redis } from './redis.js';
import { versions } from './versions.js';

const CHECKS: readonly Check[] = [
  ...[coordinator, redis, leader, hosts, agents, crossHost, errorBus, monitoring],
  ...[clock, disk, versions, certificates, ports, permissions, eventLoop],
];

export const judgeAll = (fleet: FleetSight): readonly Finding[] =>
  CHECKS.flatMap(({ name, judge }) => judge(fleet).map((verdict) => ({ check: name, ...verdict })));
