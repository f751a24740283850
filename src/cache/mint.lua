-- KEYS: generations. ARGV[1]: their lifetime in seconds. ARGV[i + 1]: a token for KEYS[i], if it has none.
local tokens = {}
for i, key in ipairs(KEYS) do
    local token = redis.pcall('GET', key)
    if type(token) ~= 'string' or #token ~= 22 then
        token = ARGV[i + 1]
        redis.call('SET', key, token, 'EX', ARGV[1])
    end
    tokens[i] = token
end
return tokens
