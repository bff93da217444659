"""A request's events, from what was read to what became of each: sites, quotas, idempotency keys, one batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import AnalyticsError, InvalidInput, QuotaReached
from hitkeep_py.event import DropReason, Event, Sender, event_row
from hitkeep_py.ingest.debugger import Debugger, Seen
from hitkeep_py.ingest.inbox import Batch, Waiter, idempotency_hash
from hitkeep_py.ingest.pipeline import Pipeline
from hitkeep_py.ingest.steps import Passage
from hitkeep_py.ingest.usage import Usage
from hitkeep_py.protocols.format import Item, Repeat, Verdict


@dataclass(slots=True)
class Taken:
    """`verdicts` go with `items`; `rows`, `keys` and `places` (in `items`) with what is to be stored."""

    format: str
    items: Sequence[Item]
    received_at: int
    verdicts: list[Verdict] = field(default_factory=list)
    site_ids: list[str] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    over_quota: dict[int, tuple[str, Event]] = field(default_factory=dict)
    """By place, the key and the event of what is past the quota, and may yet be a repeat of what is stored."""


class Intake:
    """Used from the event loop's thread only."""

    def __init__(self, pipeline: Pipeline, usage: Usage, debugger: Debugger) -> None:
        self._pipeline = pipeline
        self._usage = usage
        self._debugger = debugger

    def take(self, format: str, items: Sequence[Item], sender: Sender, request_key: str) -> Taken:
        """Decide on every item. What is to be stored counts towards its quota from here on."""
        taken = Taken(format, items, sender.received_at)
        self._usage.turn(sender.received_at)
        passage = self._pipeline.passage(sender)
        for place, item in enumerate(items):
            site, verdict = self._decide(item, passage)
            if isinstance(verdict, Event) and site is not None:
                own_key = "" if isinstance(item, InvalidInput) else item.idempotency_key
                key = stored_key(site.id, own_key, request_key, place)
                verdict = self._within_quota(taken, site, verdict, key)
            taken.verdicts.append(verdict)
            taken.site_ids.append(site.id if site else "")
        return taken

    def _within_quota(self, taken: Taken, site: Site, event: Event, key: str | None) -> Verdict:
        place = len(taken.verdicts)
        if site.monthly_quota is not None and self._usage.events(site.id) >= site.monthly_quota:
            if key:
                taken.over_quota[place] = key, event
            return self._past_quota(site, site.monthly_quota, taken.received_at)
        self._usage.count(site.id)
        taken.rows.append(event_row(event))
        taken.keys.append(key)
        taken.places.append(place)
        return event

    def forgive(self, taken: Taken, known_keys: set[str]) -> None:
        """What is past the quota but was stored before is a repeat: its sender would else try again all month."""
        for place, (key, event) in taken.over_quota.items():
            if key in known_keys:
                taken.verdicts[place] = Repeat(event)

    def batch(self, taken: Taken, waiter: Waiter, size: int) -> Batch:
        keys = taken.keys if any(taken.keys) else None
        return Batch(taken.rows, keys, waiter, size, self._usage.month)

    def settle(self, taken: Taken, batch: Batch | None) -> None:
        """After the batch is on disk: tell apart what was stored before, count what was dropped, note all of it."""
        for index in batch.duplicates if batch else ():
            place = taken.places[index]
            event = taken.verdicts[place]
            taken.verdicts[place] = Repeat(event) if isinstance(event, Event) else event
            self._usage.count(taken.site_ids[place], -1)
        for item, verdict, site_id in zip(taken.items, taken.verdicts, taken.site_ids, strict=True):
            if isinstance(verdict, DropReason):
                self._usage.drop(site_id, verdict)
            elif isinstance(verdict, Repeat):
                self._usage.drop(site_id, DropReason.DUPLICATE)
            elif isinstance(verdict, QuotaReached):
                self._usage.drop(site_id, DropReason.QUOTA)
            self._debugger.note(site_id, Seen(taken.received_at, taken.format, item, verdict))

    def give_back(self, taken: Taken) -> None:
        """The batch was not stored."""
        for place in taken.places:
            self._usage.count(taken.site_ids[place], -1)

    def note_refusal(self, format: str, now: int, error: AnalyticsError) -> None:
        """A request that could not be read as a whole; nobody knows its site."""
        self._debugger.note("", Seen(now, format, None, error))

    def _decide(self, item: Item, passage: Passage) -> tuple[Site | None, Verdict]:
        """An event is one that may be stored, if the site's quota allows it."""
        if isinstance(item, InvalidInput):
            return None, item
        site = self._pipeline.site_of(item, passage.sender)
        if isinstance(site, DropReason):
            return None, site
        return site, self._pipeline.run(item, site, passage)

    def _past_quota(self, site: Site, quota: int, now: int) -> Verdict:
        """The site's own choice: its senders are told, or they get the usual answer and the drop is counted."""
        if site.quota_answer == "drop":
            return DropReason.QUOTA
        message = f"{site.domain} has reached its quota of {quota} events in {self._usage.month}; nothing was stored"
        return QuotaReached(message, self._usage.seconds_left(now))


def stored_key(site_id: str, own: str, of_request: str, place: int) -> str | None:
    """The key under which an event is stored once; a request's key covers each of its events by its place."""
    if own:
        return idempotency_hash(site_id, own)
    if of_request:
        return idempotency_hash(site_id, of_request if place == 0 else f"{place}\n{of_request}")
    return None
