-- Prints one line for the script: requests/s, p50 and p99 in microseconds, failures, requests.
function done(summary, latency)
    local e = summary.errors
    local failures = e.connect + e.read + e.write + e.status + e.timeout
    io.write(string.format("bench %.1f %d %d %d %d\n", summary.requests / summary.duration * 1e6,
        latency:percentile(50), latency:percentile(99), failures, summary.requests))
end
