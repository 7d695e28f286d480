-- Makes an epoch the current one, if it was built to the expected positions and the pointer is still the one that was
-- read before the building began: of two that rebuild at once, one wins and the other is told.
--
-- KEYS[1]  the hash of positions of the new epoch   ARGV[1]  the epoch read before, or '' if there was none
-- KEYS[2]  the pointer to the current epoch         ARGV[2]  the new epoch
--                                                   ARGV[3]  the positions of the new epoch, as JSON
--
-- Answers 'swapped' or 'moved'.

local current = redis.call('GET', KEYS[2]) or ''
if current == ARGV[2] then return 'swapped' end
if current ~= ARGV[1] then return 'moved' end
for field, position in pairs(cjson.decode(ARGV[3])) do
  if redis.call('HGET', KEYS[1], field) ~= position then return 'moved' end
end
redis.call('SET', KEYS[2], ARGV[2])
return 'swapped'
