-- KEYS[1]: the lease of a key's load. KEYS[2…]: generations. ARGV[1]: the lifetime of generations, in seconds.
-- ARGV[2]: the lifetime of the lease, in milliseconds. ARGV[i + 1]: a new token for KEYS[i], if it has none.
-- Returns 1 if the caller must load, 0 if another instance is already loading under these generations; then the tokens.
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
    redis.call('SET', KEYS[1], under, 'PX', ARGV[2])
    leased = 1
end
table.insert(tokens, 1, leased)
return tokens
