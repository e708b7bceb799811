import { describe, expect, it } from 'vitest';
import { formatHostPort, isLoopback, parseHostPort, problemOfExposure, problemOfSameAddress } from './listen.js';

describe('addresses to listen on', () => {
  it.each(['127.0.0.1:7070', '[::1]:0', 'localhost:65535', 'host.example:1'])('reads %s and writes it back', (text) => {
    const parsed = parseHostPort(text);
    expect(parsed && formatHostPort(parsed)).toBe(text);
  });

  it.each([
    '',
    '7070',
    ':7070',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '::1:7070',
    '[x]:1',
    'a b:1',
    'http://a:1',
  ])('refuses "%s"', (text) => {
    expect(parseHostPort(text)).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', true],
    ['127.255.1.2', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['localhost.example', false],
    ['127.0.0.1.example', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  it('opens nothing to the network that is not meant to be', () => {
    const listen = { grpc: ['127.0.0.1:1'], http: ['127.0.0.1:2', '0.0.0.0:2'] };
    expect(problemOfExposure(listen, { tls: false, insecure: false })).toMatch(/^listen\.http is 0\.0\.0\.0:2, /);
    expect(problemOfExposure(listen, { tls: false, insecure: true })).toBeUndefined();
    expect(problemOfExposure(listen, { tls: true, insecure: false })).toBeUndefined();
    expect(problemOfExposure({ grpc: ['[::1]:1'] }, { tls: false, insecure: false })).toBeUndefined();
  });

  it.each<[Record<string, string[]>, string | undefined]>([
    [{ grpc: ['127.0.0.1:1'], http: ['127.0.0.1:2'] }, undefined],
    [{ grpc: ['127.0.0.1:1'], http: ['127.0.0.2:1'] }, undefined],
    [{ grpc: ['127.0.0.1:0'], http: ['127.0.0.1:0'] }, undefined],
    [{ grpc: ['0.0.0.0:1'], http: ['[::1]:1'] }, undefined],
    [{ grpc: ['127.0.0.1:1'], http: ['localhost:1'] }, 'http is localhost:1, which listen.grpc'],
    [{ grpc: ['10.0.0.1:1'], http: ['127.0.0.1:1', '0.0.0.0:1'] }, 'http is 0.0.0.0:1, which listen.grpc'],
    [{ grpc: ['[::]:1'], http: ['127.0.0.1:1'] }, 'http is 127.0.0.1:1, which listen.grpc'],
    [{ grpc: ['[::1]:1', '[::1]:1'] }, 'grpc is [::1]:1, which listen.grpc'],
  ])('gives no address to two listeners: %j', (listen, found) => {
    const sentence = found === undefined ? undefined : `listen.${found} has already: give it another port.`;
    expect(problemOfSameAddress(listen)).toBe(sentence);
  });
});
