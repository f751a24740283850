-- Stores an entry with its bodies, keeps the generations of its tags for longer, and ends the lease of its load.
-- KEYS[1]: the lease. KEYS[2]: the entry. KEYS[3…]: its bodies, then the generations.
-- ARGV[1]: the entry's lifetime in milliseconds. ARGV[2]: the generations' in seconds. ARGV[3…]: the entry, its bodies.
for i = 3, #ARGV do
    redis.call('SET', KEYS[i - 1], ARGV[i], 'PX', ARGV[1])
end
-- Never shortened: another entry that carries the tag may be kept for longer.
for i = #ARGV, #KEYS do
    redis.call('EXPIRE', KEYS[i], ARGV[2], 'GT')
end
redis.call('DEL', KEYS[1])
