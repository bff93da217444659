"""Who is here now, once or as a stream."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import asdict

from hitkeep_py.clock import MINUTE_MS
from hitkeep_py.errors import AnalyticsError, QueryTimeout, Unavailable
from hitkeep_py.exact_json import json_bytes
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.realtime import MINUTES, Minute, realtime
from hitkeep_py.server.access import Access, caller_of, require
from hitkeep_py.server.api.answering import shaped, whole_number
from hitkeep_py.server.api.files import file_result, wanted_file
from hitkeep_py.server.api.sheets import sheet_of, unkeyed
from hitkeep_py.server.call import Call, Result, Stream

EVENT_STREAM = "text/event-stream"
TICK_SECONDS = 1.0
TICKS = 5
"""A changed store is looked at every tick, what only time changes every so many."""
LIFE_TICKS = 3_600
"""Then the browser connects again."""
MOST_SNAPSHOTS = 1_000_000
HEARTBEAT = b": nothing new\n\n"


def show_realtime(call: Call) -> Result:
    """Visitors of the last 5 and 30 minutes, what they look at and the newest events; in a file the minutes."""
    query = live_query(call)
    found = call.answer(realtime, query, query.range.end - 1)
    if wanted := wanted_file(call):
        return file_result(call, wanted, f"{call.site().domain}-realtime", sheet_of(Minute, unkeyed(found.minutes)))
    return shaped(call, query, asdict(found), realtime)


def stream_realtime(call: Call) -> Result:
    """Server-sent events named realtime: at once, when events came in, and when time changed the answer.

    Ends after an hour, when the server stops, when the caller may no longer read or the site is gone, or after
    so many snapshots as are asked for; comments in between keep it alive.
    """
    live_query(call)
    most = whole_number(call, "snapshots", MOST_SNAPSHOTS, 1, MOST_SNAPSHOTS)
    return Result(Stream(snapshots(call, most)), content_type=EVENT_STREAM)


async def snapshots(call: Call, most: int) -> AsyncGenerator[bytes, None]:
    with call.streams.place(call.caller):
        shown, version, sent = b"", -1, 0
        for tick in range(LIFE_TICKS):
            due, newest = tick % TICKS == 0, call.analytics.store.version()
            if due or newest != version:
                try:
                    found = await asyncio.to_thread(snapshot, call)
                except AnalyticsError:  # It comes again as the answer to who connects again.
                    return
                version = newest
                if found and found != shown:
                    yield b"event: realtime\ndata: " + found + b"\n\n"
                    shown, sent = found, sent + 1
                elif due:
                    yield HEARTBEAT
            if sent >= most or call.streams.ending:
                return
            await asyncio.sleep(TICK_SECONDS)


def snapshot(call: Call) -> bytes:
    """The answer in JSON; nothing while the store is busy or away. Raises AnalyticsError once there is none."""
    check_caller(call)
    query = live_query(call)
    questions = call.analytics.questions
    try:
        found = questions.answer(questions.request(), realtime, query, query.range.end - 1)
    except (Unavailable, QueryTimeout):
        return b""
    return json_bytes(asdict(found))


def check_caller(call: Call) -> None:
    """A stream outlives the login or key that it began with. Raises NotAuthenticated, NotFound."""
    caller, catalog = call.caller, call.analytics.catalog
    if caller.key is not None:
        catalog.keys.get(caller.key.site_id, caller.key.id)
    elif caller.user is not None:
        require(Access.READER, caller_of(caller.token, catalog.users))


def live_query(call: Call) -> Query:
    site, now = call.site(), call.analytics.clock.now_ms()
    filters = (*call.filters(), *call.segment_filters(site))
    return Query(site.id, TimeRange(now - MINUTES * MINUTE_MS, now + 1, site.time_zone), filters=filters)
