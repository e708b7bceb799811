/** Every key of sidecar.yaml: which values it takes, its default, and what it means. Reads nothing. */
import { isIP } from 'node:net';
import {
  COMMON_UNSUPPORTED,
  commonConfig,
  hostName,
  labels,
  listenOn,
  RUN_DIR_WORDS,
} from '@outrider/shared/runtime/config-common.js';
import { isPublicKey, KEY_RULE } from '@outrider/shared/release/signature.js';
import { duration, flag, list, must, size, strict, text, whole } from '@outrider/shared/runtime/shape.js';

/** What systemd gives a service to end, unless it asks for more. */
const DRAIN_MS = 90_000;
const LONGEST_DRAIN_MS = 3_600_000;
/** Leaves room for `/bus.d/` and a name of 16 in the 107 bytes of a unix socket's path. */
const LONGEST_RUN_DIR_BYTES = 84;

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const ADDRESS_RULE = 'an IP address of this machine';
const address = () =>
  text(ADDRESS_RULE).refine((value) => isIP(value) !== 0 && value !== '0.0.0.0' && value !== '::', must(ADDRESS_RULE));

const RUN_DIR_RULE = `an absolute path of at most ${LONGEST_RUN_DIR_BYTES} bytes (sockets are made in it)`;

const CGROUP_RULE = 'auto, off, or the absolute path of a folder of the control group tree (version 2)';

const NO_KEY = 'has no key in it: then nothing could be released here. Name one, or leave trusted_keys out.';
const trustedKeys = () =>
  list(text(KEY_RULE).refine(isPublicKey, must(KEY_RULE)), '[ed25519:...]').refine((keys) => keys.length > 0, NO_KEY);

/** Where it listens unless told otherwise. */
const ports = (port: number): string => `port ${port} of 127.0.0.1 and of address`;

const listening = strict({
  grpc: listenOn()
    .optional()
    .meta({ description: 'gRPC, for coordinators and other hosts.', absent: ports(7070) }),
  http: listenOn()
    .optional()
    .meta({ description: '/health, /peers and the like.', absent: ports(8080) }),
  metrics: listenOn()
    .optional()
    .meta({ description: '/metrics, for Prometheus.', absent: ports(8000) }),
  zmq: strict({
    question: listenOn()
      .optional()
      .meta({ description: 'Where health_check is answered, over ZeroMQ.', absent: ports(5555) }),
    events: listenOn()
      .optional()
      .meta({ description: "Where this host's events are published, over ZeroMQ.", absent: ports(5556) }),
  })
    .prefault({})
    .describe('Over ZeroMQ.'),
});

const ofReleases = {
  trusted_keys: trustedKeys()
    .optional()
    .meta({ description: 'Releases that none of these has signed are not taken.', absent: 'all are taken' }),
  disk_reserve: size(0, 1024 * 1024 * GIB)
    .default(64 * MIB)
    .describe('What of the disk releases never take.'),
  keep_releases: whole(1, 1_000)
    .default(5)
    .describe('So many releases of an app stay that were staged last, needed or not.'),
  staging: strict({
    bandwidth: size(64 * KIB, 1024 * GIB)
      .optional()
      .meta({ description: 'Bytes a second of releases that come.', absent: 'no limit' }),
    serve_bandwidth: size(64 * KIB, 1024 * GIB)
      .optional()
      .meta({ description: 'Bytes a second of releases that go to other hosts, all together.', absent: 'no limit' }),
    serve_streams: whole(1, 1_000).default(8).describe('So many other hosts are sent to at once.'),
  })
    .prefault({})
    .describe('How contents of releases travel.'),
};

const ofSupervision = {
  max_starting: whole(1, 1_000)
    .optional()
    .meta({ description: 'Agents that may be starting at once.', absent: 'twice the processors' }),
  cgroup: text(CGROUP_RULE)
    .refine((value) => value === 'auto' || value === 'off' || value.startsWith('/'), must(CGROUP_RULE))
    .default('auto')
    .describe('Where control groups of agents are made; auto: that of outrider-agents.service.'),
  no_new_privileges: flag()
    .default(true)
    .describe('Nothing that this sidecar starts gains rights by executing a program.'),
  samples: strict({
    every: duration(100, 60_000).default(5_000).describe('How often the agents are looked at, for gates.'),
    keep: duration(1_000, 3_600_000).default(900_000).describe('How long samples are kept.'),
    trend_every: duration(100, 3_600_000).default(120_000).describe('How often is looked at what may run out.'),
  })
    .prefault({})
    .describe('What gates and trends are judged by.'),
  agent_logs: strict({
    max_size: size(64 * KIB, 2 * GIB)
      .default(64 * MIB)
      .describe('Where a log is longer, its head is put into a file of its own.'),
    keep: whole(1, 100).default(5).describe('So many of those stay.'),
    compress: flag().default(true).describe('Those are compressed.'),
  })
    .prefault({})
    .describe('Of what agents print.'),
  drain: strict({
    on_stop: flag().default(false).describe('Agents are drained also where the machine goes on when the sidecar ends.'),
    limit: duration(1_000, LONGEST_DRAIN_MS).default(DRAIN_MS).describe('Time for all agents together.'),
  })
    .prefault({})
    .describe('How agents are stopped when the machine goes down.'),
};

/** Of sidecar.yaml. */
export const settingsSchema = strict(
  {
    ...commonConfig,
    run_dir: text('an absolute path')
      .refine((path) => path.startsWith('/') && Buffer.byteLength(path) <= LONGEST_RUN_DIR_BYTES, must(RUN_DIR_RULE))
      .default('/run/outrider')
      .describe(`${RUN_DIR_WORDS} At most ${LONGEST_RUN_DIR_BYTES} bytes long.`),
    host: hostName().optional().meta({ description: 'Its name in the fleet.', absent: 'the name of the machine' }),
    address: address().default('127.0.0.1').describe('Its own IP address, on which others reach it.'),
    labels: labels(),
    listen: listening.prefault({}).describe('Where it listens; of each list the first is what others are told.'),
    ...ofSupervision,
    ...ofReleases,
    control: strict({
      group: text('the name of a group of this machine')
        .optional()
        .meta({ description: 'Whose members may use the control socket too.', absent: 'nobody' }),
    })
      .prefault({})
      .describe('The socket by which `sidecar` commands ask.'),
  },
  {
    unsupported: [...COMMON_UNSUPPORTED, 'combined_log'],
    instead: { name: 'host', hostname: 'host', addresses: 'address' },
  },
);
