-- wrk's script: sends the requests of a file, one after the other, over and over.
--
-- REQUESTS   the file: whole requests, each ended by a NUL byte
-- COUNTED    1: "########" in a request becomes a number that no other request of this run has
-- ONCE       1: stops when all of the file has been sent (wrk with one thread). What comes before the clock starts are
--            requests for WARM_TARGET: a run of a tenth of a second would be one of handshakes
-- SCHEDSTATS of the server's threads, files between blanks: with ONCE, their processor time while the clock ran
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long s; long ns; } rostra_time;
  int clock_gettime(int clock, rostra_time *time);
]]
local time = ffi.new("rostra_time")

local function now()
    ffi.C.clock_gettime(1, time)
    return tonumber(time.s) + tonumber(time.ns) / 1e9
end

local WARM_TARGET, WARM_N = "/healthz", 1000

local function cpu_us()
    local ns = 0
    for path in os.getenv("SCHEDSTATS"):gmatch("%S+") do
        local file = io.open(path)
        if file then
            ns = ns + file:read("*n")
            file:close()
        end
    end
    return ns / 1000
end

local threads = {}
local requests, at, sent = {}, 0, 0
local counted, once = os.getenv("COUNTED") == "1", os.getenv("ONCE") == "1"
local warm = once and WARM_N or 0

function setup(thread)
    thread:set("number", #threads)
    table.insert(threads, thread)
end

function init()
    local file = io.open(os.getenv("REQUESTS"), "rb")
    for request in file:read("*a"):gmatch("[^%z]+") do
        table.insert(requests, request)
    end
    file:close()
    at = math.floor(number * #requests / 2)
    first, last, first_cpu, last_cpu = 0, 0, 0, 0
end

function request()
    if warm > 0 then
        warm = warm - 1
        return wrk.format("GET", WARM_TARGET)
    end
    at = at % #requests + 1
    sent = sent + 1
    if once then
        if sent == 1 then
            first, first_cpu = now(), cpu_us()
        elseif sent > #requests and last == 0 then
            last, last_cpu = now(), cpu_us()
            wrk.thread:stop()
        end
    end
    if counted then
        return (requests[at]:gsub("########", string.format("%d%07d", number, sent)))
    end
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    local seconds, n = summary.duration / 1e6, summary.requests
    if once then
        local one = threads[1]
        seconds, n = one:get("last") - one:get("first"), n - WARM_N
        io.write(string.format('\nCPU_US %.0f\n', one:get("last_cpu") - one:get("first_cpu")))
    end
    io.write(string.format(
        '\nRESULT {"requests": %d, "seconds": %.6f, "bytes": %d, "refused": %d, "failed": %d, ' ..
        '"p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f}\n',
        n, seconds, summary.bytes, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
