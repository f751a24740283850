-- Sends $REQUESTS enquiries within a minute, each with the form of one of the listings of the file $TOKENS.
dofile("script/lib/bench/limited.lua")

local sent, forms = 0, {}
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
