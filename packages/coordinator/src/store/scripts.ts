/**
 * The Lua scripts: each is one indivisible step on the fleet's truth. All keys share one hash tag, and each is named in
 * KEYS, as a cluster wants it. The lease's text is `EPOCH HOLDER ENDPOINT`, without the endpoint where there is none.
 */
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';

/*
 * KEYS  1 lease  2 epoch
 * ARGV  1 'HOLDER ENDPOINT'  2 time to live in ms  3 the new epoch must be above this one
 * Returns the new epoch, or 0 where somebody holds the lease.
 */
const ACQUIRE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local epoch = math.max(last, tonumber(ARGV[3])) + 1
redis.call('SET', KEYS[2], epoch)
redis.call('SET', KEYS[1], epoch .. ' ' .. ARGV[1], 'PX', ARGV[2])
return epoch`;

/*
 * KEYS  1 lease
 * ARGV  1 the lease's text  2 time to live in ms
 * Returns 1, or 0 where it is no longer ours.
 */
const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/*
 * KEYS  1 lease
 * ARGV  1 the lease's text
 * Returns 1, or 0 where it was no longer ours.
 */
const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/*
 * KEYS  1 lease  2 rollout  3 rollouts  4 active  5 outbox  6 events (stream and channel)
 *       7 decisions of the rollout  8 deliveries
 * ARGV  1 the lease's text  2 expected revision, 0: must not exist  3 rollout (JSON)  4 id  5 sequence number
 *       6 apps (JSON list)  7 '1' where it has ended  8 events (JSON list of JSON texts)
 *       9 effects (JSON list of: outbox field, JSON text, ...)  10 events kept
 *       11 decision (JSON) or ''  12 plan (JSON) or ''  13 decisions kept
 *       14 records of deliveries (JSON list of JSON texts)  15 when it ended  16 ms they are kept  17 records kept
 * Returns 1 written, -1 the lease is not ours, -2 another revision or another rollout of one of the apps.
 */
const COMMIT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local revision = tonumber(redis.call('HGET', KEYS[2], 'revision') or '0')
if revision ~= tonumber(ARGV[2]) then return -2 end
local apps = cjson.decode(ARGV[6])
for _, app in ipairs(apps) do
  local active = redis.call('HGET', KEYS[4], app)
  if active and active ~= ARGV[4] then return -2 end
end
redis.call('HSET', KEYS[2], 'revision', revision + 1, 'document', ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[4])
if ARGV[12] ~= '' then redis.call('HSET', KEYS[2], 'plan', ARGV[12]) end
if ARGV[11] ~= '' then
  redis.call('RPUSH', KEYS[7], ARGV[11])
  redis.call('LTRIM', KEYS[7], -tonumber(ARGV[13]), -1)
end
local effects = cjson.decode(ARGV[9])
for i = 1, #effects, 2 do redis.call('HSET', KEYS[5], effects[i], effects[i + 1]) end
if ARGV[7] == '1' then
  for _, app in ipairs(apps) do redis.call('HDEL', KEYS[4], app) end
  local outbox = redis.call('HGETALL', KEYS[5])
  local mine = ARGV[4] .. '/'
  for i = 1, #outbox, 2 do
    if string.sub(cjson.decode(outbox[i + 1]).key, 1, #mine) == mine then redis.call('HDEL', KEYS[5], outbox[i]) end
  end
else
  for _, app in ipairs(apps) do redis.call('HSET', KEYS[4], app, ARGV[4]) end
end
local deliveries = cjson.decode(ARGV[14])
for _, record in ipairs(deliveries) do redis.call('ZADD', KEYS[8], ARGV[15], record) end
if #deliveries > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[8], '-inf', tonumber(ARGV[15]) - tonumber(ARGV[16]))
  redis.call('ZREMRANGEBYRANK', KEYS[8], 0, -tonumber(ARGV[17]) - 1)
end
for _, event in ipairs(cjson.decode(ARGV[8])) do
  redis.call('XADD', KEYS[6], 'MAXLEN', '~', ARGV[10], '*', 'event', event)
  redis.call('PUBLISH', KEYS[6], event)
end
return 1`;

/*
 * KEYS  1 lease  2 outbox
 * ARGV  1 the lease's text  2 field 'HOST/APP'  3 key of the effect
 * Returns 1, or 0 where the lease is not ours or a newer effect has taken its place.
 */
const ACKNOWLEDGE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local held = redis.call('HGET', KEYS[2], ARGV[2])
if not held or cjson.decode(held).key ~= ARGV[3] then return 0 end
return redis.call('HDEL', KEYS[2], ARGV[2])`;

/*
 * KEYS  1 lease  2 rollouts  3 and on: rollouts that ended long ago, each followed by its decisions
 * ARGV  1 the lease's text  2 and on: their ids, in the same order
 * Returns how many were forgotten; 0 where the lease is not ours. A cluster wants each key named, so they are no part
 * of the commit that made one too many.
 */
const FORGET = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local forgotten = 0
for i = 3, #KEYS, 2 do
  redis.call('ZREM', KEYS[2], ARGV[(i + 1) / 2])
  forgotten = forgotten + redis.call('DEL', KEYS[i])
  redis.call('DEL', KEYS[i + 1])
end
return forgotten`;

/*
 * KEYS  1 seq
 * ARGV  1 the new number must be above this one
 * Returns the new number.
 */
const NEXT_SEQUENCE = `
local next = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(ARGV[1])) + 1
redis.call('SET', KEYS[1], next)
return next`;

/** The scripts as commands of the client. */
export interface Scripts {
  outriderAcquire(lease: string, epoch: string, holder: string, ttlMs: number, atLeast: number): Promise<number>;
  outriderRenew(lease: string, ours: string, ttlMs: number): Promise<number>;
  outriderRelease(lease: string, ours: string): Promise<number>;
  outriderCommit(...keysAndArguments: readonly (string | number)[]): Promise<number>;
  outriderAcknowledge(lease: string, outbox: string, ours: string, field: string, key: string): Promise<number>;
  /** How many keys there are comes first. */
  outriderForget(...countKeysAndArguments: readonly (string | number)[]): Promise<number>;
  outriderNextSequence(seq: string, atLeast: number): Promise<number>;
}

export function withScripts(redis: RedisClient): RedisClient & Scripts {
  redis.defineCommand('outriderAcquire', { numberOfKeys: 2, lua: ACQUIRE });
  redis.defineCommand('outriderRenew', { numberOfKeys: 1, lua: RENEW });
  redis.defineCommand('outriderRelease', { numberOfKeys: 1, lua: RELEASE });
  redis.defineCommand('outriderCommit', { numberOfKeys: 8, lua: COMMIT });
  redis.defineCommand('outriderAcknowledge', { numberOfKeys: 2, lua: ACKNOWLEDGE });
  redis.defineCommand('outriderForget', { lua: FORGET });
  redis.defineCommand('outriderNextSequence', { numberOfKeys: 1, lua: NEXT_SEQUENCE });
  return redis as RedisClient & Scripts;
}
