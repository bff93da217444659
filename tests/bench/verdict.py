"""All figures of one run, as JSON and as tables, and whether they reach the aims."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.phases import EmptyRoute, FullLoad, SteadyLoad, Usage
from tests.bench.wrk_load import WrkResult


@dataclass(slots=True)
class Figures:
    """Memory in MB of 1,048,576 bytes, disk in MB of 1,000,000."""

    connections: int
    start_fresh_seconds: float
    start_existing_seconds: float
    empty_before: EmptyRoute
    empty_after: EmptyRoute
    full: FullLoad
    steady: SteadyLoad
    steady_rate: float
    idle_rss_mb: float
    loaded_rss_mb: float
    peak_rss_mb: float
    stored_events: int
    store_bytes: int
    directory_bytes: int

    @property
    def empty_per_second(self) -> float:
        return statistics.mean(each.load.accepted_per_second for each in (self.empty_before, self.empty_after))

    @property
    def ratio(self) -> float:
        return self.full.load.accepted_per_second / self.empty_per_second

    @property
    def cpu_ratio(self) -> float:
        """The empty route's CPU for a request as a share of ours: hardly changed by what else the machine does."""
        empty = statistics.mean(each.cpu_microseconds for each in (self.empty_before, self.empty_after))
        return empty / self.full.usage.cpu_microseconds

    @property
    def mb_per_million(self) -> float:
        return self.store_bytes / self.stored_events

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "accepted_per_second": self.full.load.accepted_per_second,
            "stored_per_second": self.full.stored_per_second,
            "empty_per_second": self.empty_per_second,
            "ratio": self.ratio,
            "cpu_ratio": self.cpu_ratio,
            "mb_per_million": self.mb_per_million,
            "aims": {each.name: {"value": each.value, "limit": each.limit, "met": each.met} for each in aims(self)},
        }


@dataclass(frozen=True, slots=True)
class Aim:
    name: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value < self.limit


def aims(figures: Figures) -> list[Aim]:
    refused = figures.full.load.failed + figures.full.load.broken
    refused += figures.steady.load.requests - figures.steady.load.accepted
    return [
        Aim("accepted, as a share of the empty route", figures.ratio, 0.5, "", at_least=True),
        Aim("answers other than 202", refused, 1, ""),
        Aim("accepted, but not stored", figures.full.usage.accepted - figures.full.usage.stored, 1, ""),
        Aim("all stored after the end of the load", figures.full.seconds_until_stored, 2, "s"),
        Aim("p99 at full load", figures.full.load.p99_ms, 30, "ms"),
        Aim(f"p99 at {figures.steady_rate:g} requests/s", figures.steady.load.p99_ms, 5, "ms"),
        Aim("memory, idle", figures.idle_rss_mb, 120, "MB"),
        Aim("memory, loaded (peak)", figures.peak_rss_mb, 350, "MB"),
        Aim("start, fresh directory", figures.start_fresh_seconds, 1, "s"),
        Aim("start, existing directory", figures.start_existing_seconds, 1, "s"),
        Aim("store per million events", figures.mb_per_million, 50, "MB"),
    ]


def report(figures: Figures) -> str:
    parts = [rates(figures), costs(figures), sizes(figures), verdict(aims(figures))]
    return "\n\n".join(parts)


def rates(figures: Figures) -> str:
    full, steady = figures.full, figures.steady.load
    heads = ["", "accepted/s", "stored/s", "not 202", "p50 ms", "p99 ms", "max ms"]
    rows = [
        wrk_row("empty route, before", figures.empty_before.load),
        wrk_row("full load", full.load, f"{full.stored_per_second:,.0f}"),
        wrk_row("empty route, after", figures.empty_after.load),
        [
            f"steady {figures.steady_rate:g}/s",
            f"{steady.accepted / steady.requests * figures.steady_rate:,.0f}",
            "",
            f"{steady.requests - steady.accepted}",
            *milliseconds(steady.p50_ms, steady.p99_ms, steady.max_ms),
        ],
    ]
    behind = (
        f"At the end of full load {full.behind_at_end:,} events behind, all stored {full.seconds_until_stored:.2f} s"
    )
    late = f"The steady sender itself was late by {steady.lateness_p99_ms:.2f} ms (p99), which its latencies contain."
    return f"{table(heads, rows)}\n{behind} later.\n{late}"


def wrk_row(name: str, load: WrkResult, stored: str = "") -> list[str]:
    times = milliseconds(load.p50_ms, load.p99_ms, load.max_ms)
    return [name, f"{load.accepted_per_second:,.0f}", stored, f"{load.failed + load.broken}", *times]


def milliseconds(*values: float) -> list[str]:
    return [f"{value:.2f}" for value in values]


def costs(figures: Figures) -> str:
    heads = ["server", "seconds", "CPU s", "event loop", "CPU us/event", "commits", "events each", "ms each"]
    heads += ["store writes", "ms each", "machine CPU s"]
    named = [("full load", figures.full.usage), (f"steady {figures.steady_rate:g}/s", figures.steady.usage)]
    empty = [figures.empty_before.cpu_microseconds, figures.empty_after.cpu_microseconds]
    note = (
        f"The empty route takes {empty[0]:.1f} and {empty[1]:.1f} us of CPU for a request:"
        f" {figures.cpu_ratio:.2f} of ours."
        "\nMachine CPU is that of all processes; what server and load generator do not explain, others took."
    )
    return f"{table(heads, [usage_row(name, usage) for name, usage in named])}\n{note}"


def usage_row(name: str, usage: Usage) -> list[str]:
    commits, writes = max(1, usage.commits), max(1, usage.store_writes)
    return [
        name,
        f"{usage.seconds:.1f}",
        f"{usage.cpu_seconds:.1f}",
        f"{usage.event_loop_seconds:.1f}",
        f"{usage.cpu_microseconds:.1f}",
        f"{usage.commits:,}",
        f"{usage.accepted / commits:.1f}",
        f"{usage.commit_seconds / commits * 1000:.2f}",
        f"{usage.store_writes:,}",
        f"{usage.store_write_seconds / writes * 1000:.1f}",
        f"{usage.machine_cpu_seconds:.1f}",
    ]


def sizes(figures: Figures) -> str:
    return "\n".join(
        [
            f"memory: idle {figures.idle_rss_mb:.0f} MB, after the load {figures.loaded_rss_mb:.0f} MB,"
            f" peak {figures.peak_rss_mb:.0f} MB",
            f"store: {figures.store_bytes / 1e6:.1f} MB for {figures.stored_events:,} events,"
            f" {figures.mb_per_million:.1f} MB per million; whole directory {figures.directory_bytes / 1e6:.1f} MB",
            f"start to the first 200: {figures.start_fresh_seconds * 1000:.0f} ms with a fresh directory,"
            f" {figures.start_existing_seconds * 1000:.0f} ms with this one",
        ]
    )


def verdict(each_aim: Iterable[Aim]) -> str:
    rows = [
        [
            "met" if aim.met else "MISSED",
            aim.name,
            f"{aim.value:,.3g} {aim.unit}".strip(),
            f"{'>=' if aim.at_least else '<'} {aim.limit:g} {aim.unit}".strip(),
        ]
        for aim in each_aim
    ]
    return table(["", "aim", "measured", "wanted"], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first columns with words are aligned left, figures right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    left = [not any(row[place][:1].isdigit() for row in rows) for place in range(len(heads))]
    lines = [
        "  ".join(
            cell.ljust(width) if to_left else cell.rjust(width)
            for cell, width, to_left in zip(line, widths, left, strict=True)
        )
        for line in [heads, *rows]
    ]
    return "\n".join(line.rstrip() for line in lines)
