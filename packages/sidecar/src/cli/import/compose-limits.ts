/** Limits of a service as `resources:`. */
import type { ServiceContext } from './compose-service.js';
import type { AgentDraft } from './imported.js';
import { asList, asText, isMap, plainly, sizeText, type ValueMap } from './values.js';

export function limitsOf(service: ValueMap, draft: AgentDraft, { texts }: ServiceContext): void {
  const deploy = isMap(service['deploy']) ? service['deploy'] : {};
  const resources = isMap(deploy['resources']) ? deploy['resources'] : {};
  const limits = isMap(resources['limits']) ? resources['limits'] : {};
  const reserved = isMap(resources['reservations']) ? resources['reservations'] : {};
  const plain = (about: string, value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined;
    const text = texts.plain(asText(value) ?? '');
    if (text === undefined)
      draft.note(about, `${plainly(value)}: a limit cannot come from the settings; write a number.`);
    return text;
  };
  const memory = plain('mem_limit', limits['memory'] ?? service['mem_limit']);
  const least = plain('mem_reservation', reserved['memory'] ?? service['mem_reservation']);
  const cpus = plain('cpus', limits['cpus'] ?? service['cpus']);
  const share = plain('reservations.cpus', reserved['cpus']);
  const reservations = {
    ...(least === undefined || sizeText(least) === undefined ? {} : { memory: sizeText(least) }),
    ...(share === undefined || !(Number(share) > 0) ? {} : { cpus: Number(share) }),
  };
  const pids = plain('pids_limit', limits['pids'] ?? service['pids_limit']);
  const files = openFiles(service, draft);
  draft.add('resources', {
    ...(memory === undefined || sizeText(memory) === undefined ? {} : { memory: sizeText(memory) }),
    ...(cpus === undefined || !(Number(cpus) > 0) ? {} : { cpus: Number(cpus) }),
    ...(pids === undefined || !(Number(pids) > 0) ? {} : { pids: Number(pids) }),
    ...(files === undefined ? {} : { open_files: files }),
    ...(Object.keys(reservations).length === 0 ? {} : { reservations }),
  });
  if (reserved['devices'] !== undefined)
    draft.note('reservations.devices', 'give hosts with such a device a label, and name it under "hosts".');
  const options = asList(service['security_opt']).map(String);
  if (options.some((option) => /^no-new-privileges(?:[:=]true)?$/.test(option))) draft.set('no_new_privileges', true);
  if (options.some((option) => /^no-new-privileges[:=]false$/.test(option))) draft.set('no_new_privileges', false);
  const others = options.filter((option) => !/^no-new-privileges/.test(option));
  if (others.length > 0) draft.note('security_opt', `${others.join(', ')}: there is no word for it.`);
}

function openFiles(service: ValueMap, draft: AgentDraft): number | undefined {
  const limits = isMap(service['ulimits']) ? service['ulimits'] : {};
  const others = Object.keys(limits).filter((name) => name !== 'nofile');
  if (others.length > 0) draft.note('ulimits', `${others.join(', ')}: only nofile can be set here.`);
  const given = limits['nofile'];
  const count = Number(isMap(given) ? given['soft'] : given);
  return Number.isInteger(count) && count > 0 ? count : undefined;
}
