"""Fills a new data directory with a deterministic, realistic month of one site, straight through the engine.

Visitors return (few often, most once), pages and sources follow Zipf's law, days and hours differ, 15 % of the events
are custom ones with properties, there are 60 countries, and 1 order in 20 events has revenue. The same arguments
always give the same events.
"""

import argparse
import logging
import time
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.event import PAGEVIEW, Event, event_row
from hitkeep_py.ingest.batch import Batch
from hitkeep_py.stores.duckdb import DuckDBStore

DAY_MS = 86_400_000
EVENTS_PER_SESSION = 3.9
VISITORS_PER_SESSION = 0.55
PROPERTIES = """
'{"plan":"' || ['free', 'pro', 'team'][1 + CAST(h3 % 3 AS INT)] || '","price":' || (h3 % 9000) / 100.0
    || ',"position":' || h3 % 40 || ',"ok":' || CASE WHEN h3 % 7 = 0 THEN 'false' ELSE 'true' END || '}'
"""


def uniform(*parts: str) -> str:
    """A number from 0 to 1 that depends on these alone."""
    return f"(hash({', '.join(parts)}) % 1000003 / 1000003.0)"


def zipf(count: int, number: str) -> str:
    """From 0 up; the share of the first k is about ln(k) / ln(count)."""
    return f"CAST(floor(pow({count}, {number})) - 1 AS INT)"


def chosen(*texts: str, number: str) -> str:
    listed = ", ".join(f"'{text}'" for text in texts)
    return f"[{listed}][1 + CAST(floor({number} * {len(texts)}) AS INT)]"


def sessions_sql(sessions: int, days: int, until: int) -> str:
    """When each session starts, whose it is, how many events it has and where it came from."""
    visitors = max(1, int(sessions * VISITORS_PER_SESSION))
    hour = "0.5 - 0.42 * cos(2 * pi() * u4) / 1 + (u4 - 0.5) * 0.16"
    return f"""
    SELECT number, visitor,
        {until} - CAST(({days} - floor(u2 * {days})) * {DAY_MS} AS BIGINT)
            + CAST(({hour}) * {DAY_MS - 4_000_000} AS BIGINT) AS start,
        1 + least(40, CAST(floor(-ln(1 - u3 * 0.99999) * {EVENTS_PER_SESSION - 0.6}) AS INT)) AS length,
        {uniform("number", "11")} AS came, {uniform("number", "12")} AS campaign
    FROM (
        SELECT number, CAST(floor(pow(u1, 1.7) * {visitors}) AS BIGINT) AS visitor, u2, u3, u4
        FROM (
            SELECT number, {uniform("number", "1")} AS u1, {uniform("number", "2")} AS u2,
                {uniform("number", "3")} AS u3, {uniform("number", "4")} AS u4
            FROM range({sessions}) AS numbers(number)
        )
    )
    """


def events_sql(site_id: str) -> str:
    source = chosen("Google", "Google", "Google", "Bing", "DuckDuckGo", "X", "Hacker News", "GitHub", number="came2")
    referrer = chosen(
        "google.com",
        "google.com",
        "google.com",
        "bing.com",
        "duckduckgo.com",
        "t.co",
        "news.ycombinator.com/item",
        "github.com",
        number="came2",
    )
    return f"""
    WITH steps AS (SELECT *, unnest(range(length)) AS step FROM seed_sessions),
    drawn AS (
        SELECT *, start + step * 31000 + CAST(hash(number, step, 5) % 26000 AS BIGINT) AS moment,
            step > 0 AND {uniform("number", "step", "6")} < 0.202 AS custom,
            hash(number, step, 7) AS h3, {uniform("number", "step", "8")} AS u8, {uniform("number", "step", "9")} AS u9,
            {uniform("visitor", "21")} AS v1, {uniform("visitor", "22")} AS v2, {uniform("visitor", "23")} AS v3,
            {uniform("visitor", "24")} AS v4, least(came * 1.6, 0.9999) AS came2
        FROM steps
    ),
    ordered AS (SELECT row_number() OVER (ORDER BY moment, number, step) AS event_id, * FROM drawn)
    SELECT event_id, CAST('{site_id}' AS UUID) AS site_id, CAST(epoch_ms(moment) AS TIMESTAMP_MS) AS time,
        CASE WHEN custom THEN 'event' ELSE 'pageview' END AS kind,
        CASE WHEN custom THEN {chosen("click", "click", "search", "signup", "download", "purchase", number="u9")} END
            AS name,
        hash(visitor, 31) AS visitor_id, min(event_id) OVER (PARTITION BY number) AS session_id,
        'example.com' AS hostname, '/page/' || {zipf(10_000, "u8")} AS path,
        CASE WHEN came < 0.62 THEN {referrer} END AS referrer,
        CASE WHEN campaign < 0.08 THEN 'newsletter' WHEN came < 0.62 THEN {source} END AS source,
        CASE WHEN campaign < 0.08 THEN 'Email' WHEN came >= 0.62 THEN 'Direct' WHEN came2 < 0.625
            THEN 'Organic Search' WHEN came2 < 0.75 THEN 'Organic Social' ELSE 'Referral' END AS channel,
        CASE WHEN campaign < 0.08 THEN 'newsletter' END AS utm_source,
        CASE WHEN campaign < 0.08 THEN 'email' END AS utm_medium,
        CASE WHEN campaign < 0.08 THEN 'week-' || CAST(floor(campaign * 50) AS INT) END AS utm_campaign,
        chr(CAST(65 + floor(v1 * v1 * 10) AS INT)) || chr(CAST(65 + floor(v2 * 6) AS INT)) AS country,
        {chosen("en", "en", "de", "fr", "es", number="v3")} AS language,
        {chosen("Chrome", "Chrome", "Chrome", "Safari", "Firefox", "Edge", number="v4")} AS browser,
        {chosen("Windows", "Windows", "macOS", "iOS", "Android", "Linux", number="v2")} AS os,
        {chosen("desktop", "desktop", "mobile", "mobile", "tablet", number="v3")} AS device,
        CASE WHEN custom THEN {PROPERTIES} END AS props,
        CASE WHEN custom AND u9 >= 5 / 6.0 THEN CAST(h3 % 20000 AS BIGINT) END AS revenue,
        CASE WHEN custom AND u9 >= 5 / 6.0 THEN CASE WHEN h3 % 4 = 0 THEN 'USD' ELSE 'EUR' END END AS currency
    FROM ordered
    """


NUMBERED = """
CREATE TABLE seed_visitors AS
SELECT visitor_id, CAST(row_number() OVER (ORDER BY min(event_id)) AS INTEGER) AS visitor_number
FROM seed_events GROUP BY visitor_id
"""


def midnight_after(day: str) -> int:
    return round(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp() * 1000) + DAY_MS


def fill(file: Path, site: Site, events: int, days: int, until: int) -> int:
    """About so many events, before `until`; gives how many there are."""
    sessions = max(1, round(events / EVENTS_PER_SESSION))
    with duckdb.connect(str(file)) as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"CREATE TEMP TABLE seed_sessions AS {sessions_sql(sessions, days, until)}")
        connection.execute(f"CREATE TABLE seed_events AS {events_sql(site.id)}")
        connection.execute(NUMBERED)
        names = [row[0] for row in connection.execute("DESCRIBE seed_events").fetchall()]
        connection.execute(
            f"INSERT INTO events ({', '.join(names)}, visitor_number)"
            f" SELECT {', '.join(f'seed_events.{name}' for name in names)}, seed_visitors.visitor_number"
            " FROM seed_events JOIN seed_visitors USING (visitor_id) ORDER BY event_id"
        )
        connection.execute("UPDATE inbox_position SET position = (SELECT max(event_id) FROM events)")
        count = connection.execute("SELECT count(*) FROM events").fetchall()[0][0]
        connection.execute("DROP TABLE seed_events")
        connection.execute("DROP TABLE seed_visitors")
        connection.execute("CHECKPOINT")
    return int(count)


def seed(data_dir: Path, domain: str, events: int, days: int, until: int) -> tuple[str, int]:
    """The id of the new site, with its number of events."""
    settings = Settings(data_dir=str(data_dir), memory_limit="4GB")
    analytics = Analytics.open(settings, "seed")
    site = analytics.catalog.sites.add(domain)
    analytics.close()
    assert analytics.directory is not None
    count = fill(analytics.directory.events, site, events, days, until)
    store = DuckDBStore(analytics.directory.events, memory_limit="4GB")
    store.rebuild_summaries()
    store.checkpoint()
    store.close()
    accept_one(settings, site.id, until - 1)
    return site.id, count + 1


def accept_one(settings: Settings, site_id: str, at: int) -> None:
    """An event on the usual way, by which the inbox learns how far the store has got."""
    logging.getLogger("hitkeep_py").setLevel(logging.CRITICAL)  # It would warn, rightly, that it knows nothing of them.
    analytics = Analytics.open(settings, "seed")
    stored: Future[None] = Future()
    event = Event(site_id, at, PAGEVIEW, visitor_id=1, hostname="example.com", path="/page/0", channel="Direct")
    analytics.inbox.append(Batch([event_row(event)], None, stored))
    stored.result()
    analytics.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/seed", description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path("seeded"), help="a new directory [seeded]")
    parser.add_argument("--events", type=int, default=1_000_000, help="about how many events [1000000]")
    parser.add_argument("--days", type=int, default=30, help="over how many days [30]")
    parser.add_argument("--last-day", default=datetime.now(UTC).date().isoformat(), help="the last of them [today]")
    parser.add_argument("--domain", default="example.com", help="the site's domain [example.com]")
    given = parser.parse_args()
    if given.data_dir.exists():
        parser.error(f"{given.data_dir} is there already; name a new directory")
    began = time.monotonic()
    site_id, count = seed(given.data_dir, given.domain, given.events, given.days, midnight_after(given.last_day))
    size = sum(file.stat().st_size for file in given.data_dir.rglob("*") if file.is_file()) / 1e6
    print(f"{count:,} events of {given.domain} ({site_id}) in {given.data_dir}, {size:,.0f} MB, ", end="")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
