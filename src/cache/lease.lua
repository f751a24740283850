-- KEYS[1]: the lease of a key's load. KEYS[2…]: generations. ARGV[1]: the generations' lifetime in seconds.
-- ARGV[2]: the lease's, in milliseconds; 0 if the load is not to be waited for, because it is not stored. ARGV[i + 1]: a token for KEYS[i], if it has none.
-- Returns 1 if the caller is to load, 0 if another instance is loading under these generations already; then the tokens.
local tokens = {}
for i = 2, #KEYS do
    local token = redis.pcall('GET', KEYS[i])
    -- A key of another type is replaced; any other error would let every load take the lease.
    if type(token) == 'table' and token.err and not token.err:find('WRONGTYPE', 1, true) then
        return token
    end
    if type(token) ~= 'string' or #token ~= 22 then
        token = ARGV[i + 1]
        redis.call('SET', KEYS[i], token, 'EX', ARGV[1])
    end
    tokens[i - 1] = token
end
local under = table.concat(tokens, ' ')
local leased = 0
if redis.pcall('GET', KEYS[1]) ~= under then
    if ARGV[2] ~= '0' then
        redis.call('SET', KEYS[1], under, 'PX', ARGV[2])
    end
    leased = 1
end
table.insert(tokens, 1, leased)
return tokens
