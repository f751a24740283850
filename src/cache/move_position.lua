-- KEYS[1]: the position. ARGV[1]: the position that was read; empty for none. ARGV[2]: the new position.
local held = redis.pcall('GET', KEYS[1])
if type(held) ~= 'string' then
    held = ''
end
if held == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2])
end
return 1
