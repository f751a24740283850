-- KEYS[1]: the applied events, by time. KEYS[2…]: the generations of some events' tags.
-- ARGV[1]: how long events are remembered, in seconds. ARGV[2]: 1 to do nothing if all are applied already.
-- ARGV[3…]: the events.
-- The marks only save work: if they can't be read or written, events are applied again, which does no harm.
local marks = redis.pcall('ZMSCORE', KEYS[1], unpack(ARGV, 3))
local missing = ARGV[2] ~= '1' or marks.err ~= nil
for i = 1, #ARGV - 2 do
    missing = missing or not marks[i]
end
if not missing then
    return 0
end
for i = 2, #KEYS do
    redis.call('DEL', KEYS[i])
end
local now = tonumber(redis.call('TIME')[1])
for i = 3, #ARGV do
    redis.pcall('ZADD', KEYS[1], now, ARGV[i])
end
redis.pcall('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[1]))
redis.pcall('EXPIRE', KEYS[1], ARGV[1])
return 1
