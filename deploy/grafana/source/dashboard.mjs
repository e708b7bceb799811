// A dashboard around its panels, and what can be chosen on it.
import { among, choice, laidOut, source } from './panels.mjs';
import { ENV, HOST } from './words.mjs';

export const VARIABLES = {
  environment: choice('environment', 'label_values(outrider_leader, environment)'),
  host: choice('host', `label_values(outrider_sidecar_info{${ENV}}, host)`),
  app: choice('app', `label_values(outrider_release_info{${ENV}}, app)`),
  agent: choice('agent', `label_values(outrider_agent_up{${HOST}, app=~"$app"}, agent)`),
  rolled: choice('app', `label_values(outrider_rollout_phase{${ENV}}, app)`),
  window: among('window', ['7d', '30d'], '30d'),
};

export const dashboard = (uid, title, description, variables, panels, more = {}) => ({
  uid: `outrider-${uid}`,
  title: `Outrider: ${title}`,
  description,
  tags: ['outrider'],
  schemaVersion: 39,
  version: 1,
  editable: true,
  graphTooltip: 1,
  refresh: '15s',
  time: { from: 'now-3h', to: 'now' },
  links: [
    { type: 'dashboards', title: 'Outrider', tags: ['outrider'], asDropdown: true, keepTime: true, includeVars: true },
  ],
  templating: { list: [source('datasource', 'prometheus'), ...variables] },
  panels: laidOut(panels),
  ...more,
});
