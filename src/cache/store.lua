-- Stores an entry with its bodies, extends the generations of its tags, and ends the lease of its load.
-- KEYS[1]: the lease. KEYS[2]: the entry. KEYS[3…]: its bodies, then the generations.
-- ARGV[1]: the entry's lifetime in milliseconds. ARGV[2]: the generations' lifetime in seconds. ARGV[3…]: the entry,
-- then its bodies.
for i = 3, #ARGV do
    redis.call('SET', KEYS[i - 1], ARGV[i], 'PX', ARGV[1])
end
-- Never shortened, because another entry with the tag may live longer.
for i = #ARGV, #KEYS do
    redis.call('EXPIRE', KEYS[i], ARGV[2], 'GT')
end
redis.call('DEL', KEYS[1])
