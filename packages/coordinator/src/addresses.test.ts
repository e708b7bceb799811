import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { ownEndpoint, reachableFrom } from './addresses.js';

test('a host on loopback is told of loopback, another of the network', () => {
  const bound = ['127.0.0.1:7077', '10.0.0.11:7077', '192.168.1.4:7077'];
  expect(reachableFrom('127.0.0.12', bound)).toEqual(['127.0.0.1:7077']);
  expect(reachableFrom('10.0.0.12', bound)).toEqual(['10.0.0.11:7077', '192.168.1.4:7077']);
  expect(reachableFrom('192.168.1.9', bound)[0]).toBe('192.168.1.4:7077');
  expect(reachableFrom('10.0.0.12', ['127.0.0.1:7077'])).toEqual([]);
});

test('who listens everywhere is reached under each of its own addresses', () => {
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((item) => !item.internal && item.family === 'IPv4')
    .map((item) => `${item.address}:7077`);
  expect([...reachableFrom('10.0.0.12', ['0.0.0.0:7077'])].sort()).toEqual(own.sort());
  expect(reachableFrom('127.0.0.1', ['0.0.0.0:7077'])).toEqual(['127.0.0.1:7077']);
});

test('others are told an address that they can reach, or the one that was written down', () => {
  expect(ownEndpoint(undefined, ['127.0.0.1:7077', '10.0.0.11:7078'])).toBe('10.0.0.11:7078');
  expect(ownEndpoint(undefined, ['127.0.0.1:7077'])).toBe('127.0.0.1:7077');
  expect(ownEndpoint(undefined, ['0.0.0.0:7077'])).toMatch(/^(?!0\.0\.0\.0).*:7077$/);
  expect(ownEndpoint('10.0.0.11', ['127.0.0.1:7077', '10.0.0.11:7078'])).toBe('10.0.0.11:7078');
  expect(ownEndpoint('north.lan', ['127.0.0.1:1', '0.0.0.0:7077'])).toBe('north.lan:7077');
  expect(ownEndpoint('fd00::1', ['0.0.0.0:7077'])).toBe('[fd00::1]:7077');
  expect(ownEndpoint(undefined, [])).toBeUndefined();
});
