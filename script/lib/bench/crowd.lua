-- Attackers: each request is one that no other request was, from one of 100 addresses, until wrk's time is over. At its
-- end wrk prints how many were answered with what, and how many of the refusals had Retry-After.

local words = {"garden", "sea", "view", "flat", "house", "sunny", "quiet", "large", "stairs", "balcony"}
local statuses, refused_politely, sent = {}, 0, 0

-- Each thread has numbers of its own.
function setup(thread)
    threads = threads or {}
    table.insert(threads, thread)
    thread:set("id", #threads)
end

function init()
    math.randomseed(id * 7919)
end

local function letter() return string.char(96 + math.random(26)) end
local function word() return words[math.random(#words)] end

local kinds = {
    function() return "q=" .. letter() .. letter() end,
    function() return "q=" .. word() .. "+" .. letter() end,
    function() return "q=" .. word() .. "+" .. word() .. "+" .. word() .. "+" .. word() .. "+" .. letter() end,
    function() return "page=" .. (100 + math.random(100)) .. "&page_size=" .. math.random(100) end,
    function() return "min_price=" .. math.random(900000) .. "&max_price=" .. (900000 + math.random(900000)) end,
}

function request()
    sent = sent + 1
    local path = "/properties/?" .. kinds[math.random(#kinds)]() .. "&min_area=0." .. (10 + sent % 90) .. "&sort=-price"
    local headers = {["X-Forwarded-For"] = "198.51.100." .. math.random(100), ["Accept"] = "text/html"}
    return wrk.format("GET", path, headers)
end

function response(status, headers)
    statuses[status] = (statuses[status] or 0) + 1
    if status == 503 and (headers["Retry-After"] or headers["retry-after"]) then
        refused_politely = refused_politely + 1
    end
    -- Globals of the thread, which done() reads.
    tally, polite = "", refused_politely
    for code, count in pairs(statuses) do tally = tally .. code .. "=" .. count .. " " end
end

function done()
    local all, polite_all = {}, 0
    for _, thread in ipairs(threads) do
        polite_all = polite_all + (thread:get("polite") or 0)
        for code, count in (thread:get("tally") or ""):gmatch("(%d+)=(%d+)") do
            all[code] = (all[code] or 0) + tonumber(count)
        end
    end
    local parts = {}
    for code, count in pairs(all) do parts[#parts + 1] = count .. " with " .. code end
    table.sort(parts)
    io.write("bench " .. table.concat(parts, ", ") .. "; " .. polite_all .. " refusals had Retry-After\n")
end
