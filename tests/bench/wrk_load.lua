-- Sends prepared requests in turn, from number `skip` on: wrk ... -- FILE SKIP
-- The result goes out as one line of JSON. No `response` hook: it would cost wrk a third of its speed.

local requests = {}
local turn = 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  while true do
    local length = file:read(6)
    if not length then break end
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
  turn = tonumber(arguments[2]) % #requests
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"failed":%d,"broken":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
  io.flush()
end
