"""Journeys: where sessions go after a page or an event, or where they come from before it.

Each session counts once, from the first time that it meets the anchor. A page seen twice in a row, reloaded say, is one
step; so is the anchor itself. Every branch is counted; those past the limit are added up as others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.matching import matches, of_matching_sessions
from hitkeep_py.query.query import Query, scope
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement, filled
from hitkeep_py.query.step import PATH, Step

DIRECTIONS = {"next": ("ASC", ">"), "previous": ("DESC", "<")}
MOST_DEPTH = 5
MOST_BRANCHES = 100
KINDS = {
    False: "kind = 'pageview' AND path IS NOT NULL",
    True: "(kind = 'pageview' AND path IS NOT NULL OR kind = 'event' AND name IS NOT NULL)",
}
"""What can be a step, without and with custom events."""
NODE = "CASE WHEN kind = 'pageview' THEN 'pageview:' || path ELSE 'event:' || name END"


@dataclass(frozen=True, slots=True)
class Node:
    """A page with its path, or an event with its name; `kind` is "pageview" or "event"."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Steps in the order in which they were looked for, so the nearest to the anchor comes first.

    `share` is of all sessions that met the anchor, 0..1.
    """

    nodes: tuple[Node, ...]
    sessions: int
    share: float


@dataclass(frozen=True, slots=True)
class Branches:
    """The most frequent branches. `others` are sessions of the `other_branches` that are not shown, and `ended` are
    sessions that met the anchor but took too few steps to be in any.
    """

    shown: list[Branch]
    others: int
    other_branches: int
    ended: int


@dataclass(frozen=True, slots=True)
class Journeys:
    """`sessions` met the anchor. `levels` are by the first step, the first two steps, and so on: a tree, level by
    level. `paths` are by all steps that a session took, up to the depth.
    """

    direction: str
    sessions: int
    levels: list[Branches]
    paths: Branches


def journeys(
    dialect: Dialect,
    query: Query,
    anchor: Step,
    direction: str = "next",
    depth: int = 3,
    with_events: bool = False,
    limit: int = 20,
) -> Report[Journeys]:
    """Steps are pages, and custom events with `with_events`. The query's filters choose sessions.

    Raises InvalidInput for a direction other than "next" and "previous", a depth other than 1 to 5 and a limit other
    than 1 to 100.
    """
    check(direction, depth, limit)
    levels = range(1, depth + 1)
    names = ", ".join(f"b{each}" for each in levels)
    columns = ", ".join(f"CASE WHEN level >= {each} THEN n{each} ELSE '' END AS b{each}" for each in levels)
    reaches = " ".join(f"WHEN level = {each} THEN n{each} <> ''" for each in levels)
    numbers = " UNION ALL ".join(f"SELECT {each} AS level" for each in range(1, depth + 2))
    rows = yield filled(
        f"""
        WITH anchors AS ({{}}), branches AS (
            SELECT level, {columns}, CAST(sum(sessions) AS BIGINT) AS sessions
            FROM ({{}}) AS taken CROSS JOIN ({numbers}) AS levels
            WHERE CASE {reaches} ELSE TRUE END GROUP BY level, {names}
        )
        SELECT 0 AS level, count(*) AS sessions, 0 AS branches, NULL AS shown FROM anchors
        UNION ALL
        SELECT level, sum(sessions), count(*), {dialect.smallest(limit, "-sessions", names)}
        FROM branches GROUP BY level
        """,
        anchors(dialect, query, anchor),
        taken(dialect, query, anchor, direction, depth, with_events),
    )
    found = {int(level): (int(sessions), int(count), largest) for level, sessions, count, largest in rows}
    total = found[0][0]
    *shown, paths = [branches(found.get(level, (0, 0, [])), total) for level in range(1, depth + 2)]
    return Journeys(direction, total, shown, paths)


def check(direction: str, depth: int, limit: int) -> None:
    if direction not in DIRECTIONS:
        raise InvalidInput(f"direction must be one of {', '.join(DIRECTIONS)}", field="direction")
    if not 1 <= depth <= MOST_DEPTH:
        raise InvalidInput(f"depth must be from 1 to {MOST_DEPTH}", field="depth")
    if not 1 <= limit <= MOST_BRANCHES:
        raise InvalidInput(f"limit must be from 1 to {MOST_BRANCHES}", field="limit")


def branches(level: tuple[int, int, Sequence[tuple[Any, ...]]], total: int) -> Branches:
    """Of a level's sessions, number of branches, and the largest of them as (-sessions, node ...), "" past the end."""
    sessions, count, largest = level
    shown = [
        Branch(tuple(node(each) for each in nodes if each), -int(minus), -int(minus) / total)
        for minus, *nodes in largest
    ]
    return Branches(shown, sessions - sum(each.sessions for each in shown), count - len(shown), total - sessions)


def node(text: str) -> Node:
    kind, _, name = text.partition(":")
    return Node(kind, name)


def anchors(dialect: Dialect, query: Query, anchor: Step) -> Statement:
    """Of each session the first event that matches."""
    return filled(
        f"SELECT session_id AS visit, min(time) AS anchor_time,"
        f" {dialect.earliest('event_id', 'time', 'event_id')} AS anchor_event"
        f" FROM events WHERE {{}} AND {{}} AND {KINDS[True]} GROUP BY session_id",
        of_matching_sessions(query, dialect),
        matches(anchor, query, dialect),
    )


def taken(dialect: Dialect, query: Query, anchor: Step, direction: str, depth: int, with_events: bool) -> Statement:
    """How many sessions took which steps, `n1` and so on; "" past the end of a session.

    The anchor itself is looked at as well, unless it is of a kind that is not, so that it is not its own first step.
    """
    order, beyond = DIRECTIONS[direction]
    first = 2 if with_events or anchor.type == PATH else 1
    names = ", ".join(f"n{each}" for each in range(1, depth + 1))
    places = ", ".join(
        f"coalesce(max(CASE WHEN place = {first + each} THEN node END), '') AS n{each + 1}" for each in range(depth)
    )
    along = f"OVER (PARTITION BY session_id ORDER BY time {order}, event_id {order})"
    return filled(
        f"""
        SELECT {names}, count(*) AS sessions FROM (
            SELECT session_id, {places} FROM (
                SELECT session_id, node, row_number() {along} AS place FROM (
                    SELECT session_id, time, event_id, node, lag(node) {along} AS before FROM (
                        SELECT session_id, time, event_id, {NODE} AS node
                        FROM events JOIN anchors ON anchors.visit = events.session_id
                        WHERE {{}} AND {KINDS[with_events]} AND (
                            time {beyond} anchor_time OR time = anchor_time AND event_id {beyond}= anchor_event
                        )
                    ) AS walked
                ) AS compared WHERE before IS NULL OR before <> node
            ) AS placed WHERE place BETWEEN {first} AND {first + depth - 1} GROUP BY session_id
        ) AS paths GROUP BY {names}
        """,
        scope(query, dialect),
    )
