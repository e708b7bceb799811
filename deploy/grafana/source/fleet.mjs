// All hosts and agents.
import { VARIABLES, dashboard } from './dashboard.mjs';
import { lines, row, stat, table } from './panels.mjs';
import { BAD, ENV, GOOD, HOST, WARN } from './words.mjs';

export const FLEET = dashboard(
  'fleet',
  'fleet',
  'All hosts and agents: what is well, what is not, and what there is room for.',
  [VARIABLES.environment, VARIABLES.host],
  [
    stat('hosts up', `max(outrider_hosts{${ENV}, state="up"})`),
    stat('hosts down or suspect', `sum(max by (state) (outrider_hosts{${ENV}, state!="up"}))`, {
      steps: [
        [null, GOOD],
        [1, BAD],
      ],
    }),
    stat('instances ready', `sum(outrider_agent_ready{${HOST}})`),
    stat('instances overdue', `sum(outrider_agent_overdue{${HOST}})`, {
      steps: [
        [null, GOOD],
        [1, BAD],
      ],
    }),
    stat('coordinators that lead', `sum(outrider_leader{${ENV}})`, {
      steps: [
        [null, BAD],
        [1, GOOD],
        [2, WARN],
      ],
    }),
    stat('Redis answers', `min(outrider_redis_up{${ENV}})`, {
      steps: [
        [null, BAD],
        [1, GOOD],
      ],
    }),
    lines('instances by state', [[`sum by (state) (outrider_agent_state{${HOST}})`, '{{state}}']], {
      stack: true,
      states: true,
      min: 0,
    }),
    lines('hosts by state', [[`max by (state) (outrider_hosts{${ENV}})`, '{{state}}']], {
      stack: true,
      states: true,
      min: 0,
    }),
    lines(
      'ends that nobody asked for, in 5 minutes',
      [[`sum by (host, agent) (increase(outrider_agent_exits_total{${HOST}}[5m])) > 0`, '{{agent}} on {{host}}']],
      { min: 0 },
    ),
    table('not ready, and should be', `outrider_agent_overdue{${HOST}} == 1`, ['host', 'app', 'agent', 'instance']),
    table('releases', `count by (app, version, phase) (outrider_release_info{${HOST}})`, ['app', 'version', 'phase'], {
      value: 'hosts',
    }),
    row('machines'),
    lines('processors', [[`system_cpu_usage_percent{${HOST}}`, '{{host}}']], {
      unit: 'percent',
      min: 0,
      max: 100,
      width: 6,
    }),
    lines('memory', [[`system_memory_usage_percent{${HOST}}`, '{{host}}']], {
      unit: 'percent',
      min: 0,
      max: 100,
      width: 6,
    }),
    lines('disk', [[`system_disk_usage_percent{${HOST}}`, '{{host}}']], {
      unit: 'percent',
      min: 0,
      max: 100,
      width: 6,
    }),
    lines(
      'network',
      [
        [`sum by (host) (rate(system_network_receive_bytes_total{${HOST}}[5m]))`, '{{host}} in'],
        [`-sum by (host) (rate(system_network_transmit_bytes_total{${HOST}}[5m]))`, '{{host}} out'],
      ],
      { unit: 'Bps', width: 6 },
    ),
    row('sidecars'),
    lines('delay of the event loop', [[`outrider_event_loop_lag_seconds{${HOST}}`, '{{host}}']], {
      unit: 's',
      min: 0,
      width: 6,
    }),
    lines('frames on the bus', [[`sum by (result) (rate(outrider_bus_frames_total{${HOST}}[5m]))`, '{{result}}']], {
      unit: 'cps',
      min: 0,
      width: 6,
    }),
    lines(
      'events that wait for Redis',
      [
        [`outrider_events_waiting{${HOST}}`, '{{host}}'],
        [`outrider_events_dropped{${HOST}}`, '{{host}} dropped'],
      ],
      { min: 0, width: 6 },
    ),
    table('versions', `outrider_sidecar_info{${HOST}}`, ['host', 'version'], { width: 6 }),
  ],
);
