-- Removes some keys of former epochs, if the remover's own epoch is still the current one: a remover that was paused
-- must not touch what was built meanwhile.
--
-- KEYS[1]  the pointer to the current epoch   ARGV[1]  the remover's epoch
-- KEYS[2]  and so on: what to remove
--
-- Answers 'swept' or 'moved'.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'moved' end
for index = 2, #KEYS do redis.call('UNLINK', KEYS[index]) end
return 'swept'
