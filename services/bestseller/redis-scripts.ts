/**
 * What is done in Redis at one moment. KEYS: the state, and the changes that came early. ARGV begins with the prefix of the sets and how long
 * they are kept, in ms; all keys have one hash tag, so that those which are made of the prefix lie in the slot of KEYS.
 *
 * The state tells which sets there are (`set:<name>`): one of them that is gone, e.g. evicted, means that nothing is held any more, and a set
 * that it doesn't tell of is a leftover. Scores are what was sold, negative: so the most sold come first and equals by product id.
 */
import { redisScript } from "../../mixins/redis";

const common = `
local state, early, prefix, keepMs = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local function whole(number) return string.format('%.0f', number) end

local function count(change)
  local since = redis.call('hget', state, 'since')
  for _, set in ipairs(change.sets) do
    if set.first >= since then
      local key, field = prefix .. set.name, 'set:' .. set.name
      local known, there = redis.call('hexists', state, field), redis.call('exists', key)
      if known == 1 and there == 0 then
        redis.call('del', state)
        return false
      end
      if known == 0 and there == 1 then redis.call('unlink', key) end
      for _, move in ipairs(set.moves) do
        local score = redis.call('zincrby', key, whole(-move[2]), move[1])
        if tonumber(score) == 0 then redis.call('zrem', key, move[1]) end
      end
      if redis.call('pexpire', key, keepMs) == 1 then redis.call('hset', state, field, 1) else redis.call('hdel', state, field) end
    end
  end
  redis.call('hset', state, 'version', whole(change.version), 'lastAt', whole(change.lastAt))
  redis.call('pexpire', state, keepMs)
  return true
end

local function advance()
  while true do
    local held = redis.call('hmget', state, 'tally', 'version')
    local field = held[1] .. ' ' .. whole(held[2] + 1)
    local text = redis.call('hget', early, field)
    if not text then return 1 end
    if not count(cjson.decode(text)) then return 0 end
    redis.call('hdel', early, field)
  end
end
`;

/** ARGV: tally, version, the change as JSON, how many may be early and for how long, in ms. 0: nothing is held of that tally. */
export const addChange = redisScript(`${common}
local tally, version, text, most, earlyMs = unpack(ARGV, 3)
local held = redis.call('hmget', state, 'tally', 'version')
if held[1] == tally and tonumber(version) <= tonumber(held[2]) then return 1 end
if redis.call('hlen', early) >= tonumber(most) then redis.call('del', early) end
redis.call('hset', early, tally .. ' ' .. version, text)
redis.call('pexpire', early, earlyMs)
if held[1] ~= tally then return 0 end
return advance()
`);

/** ARGV: a set's name, the first day of its period, how many places. Places are pairs of product and score. */
export const readPlaces = redisScript(`${common}
local name, first, limit = unpack(ARGV, 3)
local held = redis.call('hmget', state, 'tally', 'version', 'lastAt', 'since', 'set:' .. name)
if not held[1] then return false end
local answer = { held[1], held[2], held[3], held[4] }
if first < held[4] then return answer end
answer[5] = {}
if held[5] then
  if redis.call('exists', prefix .. name) == 0 then
    redis.call('del', state)
    return false
  end
  answer[5] = redis.call('zrangebyscore', prefix .. name, '-inf', '(0', 'withscores', 'limit', 0, limit)
end
return answer
`);

/** KEYS: a set that is being made. ARGV: how long it waits to be put in its place, in ms; scores and members. */
export const stage = redisScript(`
redis.call('zadd', KEYS[1], unpack(ARGV, 2))
return redis.call('pexpire', KEYS[1], ARGV[1])
`);

/** ARGV: the prefix under which the new sets lie, tally, version, when it was moved last (may be empty), since, names of the sets. */
export const swap = redisScript(`${common}
local staged, tally, version, lastAt, since = unpack(ARGV, 3, 7)
local names = { unpack(ARGV, 8) }
local held = redis.call('hmget', state, 'tally', 'version', 'since')
if held[1] == tally and tonumber(held[2]) >= tonumber(version) and held[3] >= since then
  for _, name in ipairs(names) do redis.call('unlink', staged .. name) end
  return 1
end
for _, name in ipairs(names) do
  if redis.call('exists', staged .. name) == 0 then return redis.error_reply('a set that was to be put in its place is gone') end
end
for _, field in ipairs(redis.call('hkeys', state)) do
  if string.sub(field, 1, 4) == 'set:' then redis.call('unlink', prefix .. string.sub(field, 5)) end
end
redis.call('del', state)
redis.call('hset', state, 'tally', tally, 'version', version, 'lastAt', lastAt, 'since', since)
redis.call('pexpire', state, keepMs)
for _, name in ipairs(names) do
  redis.call('rename', staged .. name, prefix .. name)
  redis.call('pexpire', prefix .. name, keepMs)
  redis.call('hset', state, 'set:' .. name, 1)
end
for _, field in ipairs(redis.call('hkeys', early)) do
  local of, at = string.match(field, '^(.*) (%d+)$')
  if of ~= tally or tonumber(at) <= tonumber(version) then redis.call('hdel', early, field) end
end
return advance()
`);

/** ARGV: tally and version. */
export const drop = redisScript(`${common}
local held = redis.call('hmget', state, 'tally', 'version')
if held[1] == ARGV[3] and held[2] == ARGV[4] then redis.call('del', state, early) end
`);

/** KEYS: a key that is one's own while it holds ARGV's token. */
export const release = redisScript(`if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`);
