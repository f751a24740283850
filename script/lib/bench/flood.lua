-- Sends $REQUESTS hostile requests, always the same.
dofile("script/lib/bench/limited.lua")

local seed = 20260101

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
    return wrk.format("GET", kinds[random(#kinds)]())
end
