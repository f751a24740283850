-- Requests the paths of a file ($PATHS) in turn, and reports like report.lua. The requests are prepared in advance.
dofile("script/lib/bench/report.lua")

local requests, at = {}, 0

function init()
    for path in io.lines(os.getenv("PATHS")) do
        requests[#requests + 1] = wrk.format("GET", path)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end
