-- Applies a batch to the board, all of it or nothing, and only if the board stands exactly where the writer believes.
-- A writer that was paused, or is one of two, finds another position and changes nothing.
--
-- KEYS[1]  the hash of positions              ARGV[1]  the prefix of this epoch
-- KEYS[2]  the pointer to the current epoch   ARGV[2]  this epoch if it must be the current one, or '' while it is built
-- KEYS[3]  the time of the last look          ARGV[3]  the positions expected, field by field, as JSON
--                                             ARGV[4]  the positions afterwards, as JSON
--                                             ARGV[5]  the entries, as JSON
--                                             ARGV[6]  the time of this look
--
-- Answers 'applied'; 'repeated' when this very batch was applied before and only the answer was lost; 'gone' when there
-- is no board any more; 'moved' when somebody else wrote.

local prefix = ARGV[1]
local expected = cjson.decode(ARGV[3])
local following = cjson.decode(ARGV[4])

local function stands_at(positions)
  for field, position in pairs(positions) do
    if redis.call('HGET', KEYS[1], field) ~= position then return false end
  end
  return true
end

local function leave(key)
  local places = redis.call('HGET', prefix .. 'doc:' .. key, 'places')
  if not places then return end
  for _, place in ipairs(cjson.decode(places)) do
    redis.call('ZREM', prefix .. place[1], place[2])
  end
end

local function remove(key)
  leave(key)
  redis.call('DEL', prefix .. 'doc:' .. key, prefix .. 'lines:' .. key)
end

local function put(entry)
  leave(entry.key)
  redis.call('HSET', prefix .. 'doc:' .. entry.key, 'value', entry.value, 'places', entry.places)
  for _, place in ipairs(cjson.decode(entry.places)) do
    redis.call('ZADD', prefix .. place[1], place[3], place[2])
  end
end

local function add_line(entry)
  redis.call('RPUSH', prefix .. 'lines:' .. entry.key, entry.line)
  redis.call('LTRIM', prefix .. 'lines:' .. entry.key, -entry.lines_max, -1)
end

local function add(entry)
  local doc = prefix .. 'doc:' .. entry.key
  for name, amount in pairs(entry.sums) do redis.call('HINCRBY', doc, '+' .. name, amount) end
  if entry.first then
    redis.call('HSETNX', doc, 'first', entry.first)
    redis.call('HSET', doc, 'last', entry.last)
  end
end

local function trim(set, set_max)
  local surplus = redis.call('ZCARD', prefix .. set) - set_max
  if surplus <= 0 then return end
  for _, key in ipairs(redis.call('ZRANGE', prefix .. set, 0, surplus - 1)) do remove(key) end
end

if ARGV[2] ~= '' then
  local current = redis.call('GET', KEYS[2])
  if not current then return 'gone' end
  if current ~= ARGV[2] then return 'moved' end
  if redis.call('EXISTS', KEYS[1]) == 0 then return 'gone' end
end
if not stands_at(expected) then
  if redis.call('EXISTS', KEYS[1]) == 0 then return 'gone' end
  return stands_at(following) and 'repeated' or 'moved'
end

for _, entry in ipairs(cjson.decode(ARGV[5])) do
  if entry.value then put(entry) else remove(entry.key) end
  if entry.line then add_line(entry) end
  if entry.sums then add(entry) end
  if entry.set then trim(entry.set, entry.set_max) end
end
for field, position in pairs(following) do redis.call('HSET', KEYS[1], field, position) end
redis.call('SET', KEYS[3], ARGV[6])
return 'applied'
