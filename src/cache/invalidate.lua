-- KEYS[1]: the events that are applied, by when. KEYS[2…]: the generations of an event's tags.
-- ARGV[1]: the event. ARGV[2]: how long it is remembered, in seconds. ARGV[3]: 1 to leave an applied event alone.
-- The marks only save work: where they can't be read or written, the event is applied again, which does no harm.
if ARGV[3] == '1' and type(redis.pcall('ZSCORE', KEYS[1], ARGV[1])) == 'string' then
    return 0
end
for i = 2, #KEYS do
    redis.call('DEL', KEYS[i])
end
local now = tonumber(redis.call('TIME')[1])
redis.pcall('ZADD', KEYS[1], now, ARGV[1])
redis.pcall('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.pcall('EXPIRE', KEYS[1], ARGV[2])
return 1
