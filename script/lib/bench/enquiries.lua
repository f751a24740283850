-- Sends $REQUESTS enquiries within a minute, each with the form of one of the listings of the file $TOKENS; then ends wrk,
-- and prints a line with the number of responses of each status.

local wanted = tonumber(os.getenv("REQUESTS"))
local sent, answered, statuses, forms = 0, 0, {}, {}
for line in io.lines(os.getenv("TOKENS")) do
    local id, token = line:match("(%S+) (%S+)")
    forms[#forms + 1] = {id = id, token = token}
end

-- 16 connections that each wait 90 ms between requests send some 170 per second.
function delay()
    return 90
end

function request()
    sent = sent + 1
    local form = forms[sent % #forms + 1]
    local body = "token=" .. form.token .. "&name=Zoe&message=Is+it+free%3F&email=visitor" .. sent % 500 .. "%40homes.example"
    local headers = {
        ["Content-Type"] = "application/x-www-form-urlencoded",
        ["X-Forwarded-For"] = "198.51.100." .. sent % 100 + 1,
    }
    return wrk.format("POST", "/properties/" .. form.id .. "/enquire/", headers, body)
end

function response(status)
    answered = answered + 1
    statuses[status] = (statuses[status] or 0) + 1
    if answered == wanted then
        local parts = {}
        for code, count in pairs(statuses) do parts[#parts + 1] = count .. " with " .. code end
        table.sort(parts)
        io.write("bench " .. table.concat(parts, ", ") .. "\n")
        io.flush()
        os.exit(0)
    end
end
