-- KEYS[1]: the mark that an event is applied. KEYS[2…]: the generations of its tags.
-- ARGV[1]: the mark's lifetime in seconds. ARGV[2]: 1 to leave an applied event alone.
if ARGV[2] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then
    return 0
end
for i = 2, #KEYS do
    redis.call('DEL', KEYS[i])
end
-- A full server refuses the mark; applying the event twice does no harm.
redis.pcall('SET', KEYS[1], '1', 'EX', ARGV[1])
return 1
