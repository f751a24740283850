-- KEYS[1]: the position. ARGV[1]: what it was when it was read; empty for none. ARGV[2]: what it is to be.
local held = redis.pcall('GET', KEYS[1])
if type(held) ~= 'string' then
    held = ''
end
if held == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2])
end
return 1
