-- Runs the commands that the site's scripts use. KEYS[1]: a text. KEYS[2]: a sorted set. ARGV[1]: a value.
-- Returns the value that was read back, or the name of a command that scripts may not run.
local function try(...)
    local answer = redis.pcall(...)
    if type(answer) == 'table' and answer.err then
        local denied = answer.err:find("can't run", 1, true) or answer.err:find('ACL failure', 1, true)
        local name = string.lower((...))
        error(denied and {err = "NOPERM a script has no permissions to run the '" .. name .. "' command"} or answer)
    end
    return answer
end
try('SET', KEYS[1], ARGV[1], 'EX', 60)
local held = try('GET', KEYS[1])
try('DEL', KEYS[1])
try('ZADD', KEYS[2], 1, ARGV[1])
try('ZMSCORE', KEYS[2], ARGV[1])
try('ZREMRANGEBYSCORE', KEYS[2], '-inf', '+inf')
try('EXPIRE', KEYS[2], 60)
try('TIME')
return held
