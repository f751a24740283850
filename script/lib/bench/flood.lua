-- Sends $REQUESTS hostile requests, always the same; then ends wrk, and prints a line with the number of responses of
-- each status.

local wanted = tonumber(os.getenv("REQUESTS"))
local sent, answered, statuses, seed = 0, 0, {}, 20260101

-- Random numbers that don't depend on the machine's generator (Park and Miller).
local function random(most)
    seed = seed * 16807 % 2147483647
    return seed % most + 1
end

local kinds = {
    function() return "/properties/?" .. "u" .. random(1e6) .. "=" .. random(1e6) end,
    function() return "/properties/?page=" .. random(1000) end,
    function() return "/properties/?page_size=" .. random(1000) end,
    function() return "/properties/?page=" .. random(200) .. "&page_size=" .. random(100) end,
    function() return "/properties/" .. random(20000) .. "/" end,
    function() return "/properties/" .. random(2e9) .. "/" end,
}

-- 16 connections that each wait 8 ms between requests send no more than 2,000 per second.
function delay()
    return 8
end

function request()
    sent = sent + 1
    return wrk.format("GET", kinds[random(#kinds)]())
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
