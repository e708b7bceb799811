/** Whether the agents of each host are well, by the very sentence that its port 5555 answers with. */
import { bad, type Check, eachHost, ok } from '../check.js';

export const agents: Check = {
  name: 'agents',
  judge: (fleet) =>
    eachHost(fleet, ({ health = 'healthy' }, { name }) => {
      if (health === 'healthy') return ok('every critical agent that should run is ready', name);
      const names = /: \d+ of \d+ agents: (.+)$/.exec(health)?.[1] ?? '';
      const [first = 'AGENT'] = names.split(', ');
      const agent = first.split('/').at(-1) ?? first;
      return bad(
        `${name} is ${health}. They should run, and were not ready in time.`,
        `coordinator agents --host ${name}; coordinator logs ${agent} --host ${name} -n 50; coordinator agent restart ${agent} --host ${name}`,
        name,
      );
    }),
};
