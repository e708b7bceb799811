import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { describe, expect, it } from 'vitest';
import { collisionOf, foreignAddressOf } from './socket-claims.js';

const specOf = (...listens: string[]): HostSpec => ({
  app: 'assistants',
  version: '1.0.0',
  digest: '',
  environment: 'local',
  host: 'pc2',
  hosts: {},
  agents: listens.map((listen, index) => ({
    ...({} as HostAgent),
    name: `agent-${index}`,
    sockets: [{ name: 'http', listen }],
  })),
});
const collide = (...listens: string[]): boolean => collisionOf(specOf(...listens), '127.0.0.12', []) !== undefined;

describe('addresses', () => {
  it.each([
    ['127.0.0.1:80', '127.0.0.1:80'],
    ['localhost:80', '127.0.0.1:80'],
    ['0.0.0.0:80', '127.0.0.1:80'],
    ['127.0.0.1:80', '*:80'],
    [':80', '127.0.0.1:80'],
    ['[::]:80', '[::1]:80'],
    ['127.0.0.1:80', '127.0.0.1:0080'],
    ['${OUTRIDER_HOST_ADDRESS}:80', '127.0.0.12:80'],
    ['/run/x.sock', '/run/x.sock'],
    ['/run/${OUTRIDER_APP}.sock', '/run/assistants.sock'],
    ['@name', '@name'],
  ])('%s and %s collide', (one, other) => expect(collide(one, other)).toBe(true));

  it.each([
    ['127.0.0.1:80', '127.0.0.1:81'],
    ['127.0.0.1:80', '127.0.0.2:80'],
    ['127.0.0.1:0', '127.0.0.1:0'],
    ['/run/x.sock', '/run/y.sock'],
    ['/run/x:80', '127.0.0.1:80'],
    ['@name:80', '*:80'],
  ])('%s and %s do not', (one, other) => expect(collide(one, other)).toBe(false));

  it.each(['10.9.9.9:80', '[fd00::1]:80'])('%s is none of this machine', (listen) =>
    expect(foreignAddressOf(specOf(listen), '127.0.0.12', ['10.0.0.2'])).toContain('which is no address of host pc2'),
  );

  it.each(['10.0.0.2:80', '127.9.9.9:80', '0.0.0.0:80', '[::]:80', 'localhost:80', 'some.name:80', '/run/x.sock'])(
    '%s may be one of this machine',
    (listen) => expect(foreignAddressOf(specOf(listen), '127.0.0.12', ['10.0.0.2'])).toBeUndefined(),
  );
});
