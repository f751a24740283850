-- Ends wrk after $REQUESTS responses, and prints a line with the number of responses of each status.

local wanted = tonumber(os.getenv("REQUESTS"))
local answered, statuses = 0, {}

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
