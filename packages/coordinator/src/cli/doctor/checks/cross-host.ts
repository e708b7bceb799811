/** Whether each host hears the question port of each other one: what programs of a fleet ask across hosts. */
import { bad, type Check, eachHost, ok, skipped } from '../check.js';

export const crossHost: Check = {
  name: 'cross-host',
  judge: (fleet) =>
    eachHost(fleet, (_, { name, answers }) => {
      if (fleet.hosts.length === 1) return ok('there is no other host', name);
      if (answers.length === 0) return skipped('no other host has said where it answers.', name);
      const silent = answers.filter(({ answer }) => answer === '');
      if (silent.length === 0) {
        const slowest = Math.max(...answers.map(({ milliseconds }) => milliseconds));
        return ok(`${name} hears ${answers.map(({ host }) => host).join(', ')} over ZeroMQ within ${slowest} ms`, name);
      }
      const words = silent.map(({ host, endpoint, reason }) => `${host} (${endpoint}: ${reason})`).join(', ');
      const [first] = silent;
      const [, port = ''] = /:(\d+)$/.exec(first?.endpoint ?? '') ?? [];
      return bad(
        `${name} does not hear ${words} over ZeroMQ: agents that ask across hosts wait.`,
        `on ${first?.host ?? ''}: ss -ltn 'sport = :${port}', and let tcp ${port} from ${name} through its firewall`,
        name,
      );
    }),
};
