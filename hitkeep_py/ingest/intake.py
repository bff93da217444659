"""A request's events, from what was read to what became of each: sites, quotas, idempotency keys, one batch."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import AnalyticsError, InvalidInput, QuotaReached
from hitkeep_py.event import EVENT_FIELDS, DropReason, Event, IncomingEvent, Sender, event_row
from hitkeep_py.ingest.batch import Batch, Waiter, idempotency_hash
from hitkeep_py.ingest.debugger import Debugger, seen
from hitkeep_py.ingest.pipeline import Pipeline
from hitkeep_py.ingest.steps import Passage
from hitkeep_py.ingest.usage import Usage
from hitkeep_py.protocols.format import Item, Repeat, Verdict

PROPS = EVENT_FIELDS.index("props")
ROW_BYTES = 500
"""About what an event takes beside its properties."""


@dataclass(slots=True)
class Taken:
    """`verdicts` and `site_ids` go with `items`; `rows`, `keys` and `places` (in `items`) with what is to be stored.

    `held` are the rows with a key, by site: they count towards the quota once it is known that they are no repeats.
    `over_quota` has, by place, what is past the quota unless it, or something before it, turns out to be a repeat.
    """

    format: str
    items: Sequence[Item]
    received_at: int
    month: str
    request_key: str
    verdicts: list[Verdict] = field(default_factory=list)
    site_ids: list[str] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    held: Counter[str] = field(default_factory=Counter)
    over_quota: dict[int, tuple[Site, Event, str | None]] = field(default_factory=dict)

    def keys_in_doubt(self) -> list[str]:
        """At the edge of a quota it matters which of them are those of repeats; else none."""
        keys = (*self.keys, *(key for _, _, key in self.over_quota.values())) if self.over_quota else ()
        return [key for key in keys if key]

    def refused_unread(self) -> bool:
        """Whether an event could not be read, so that its site is not known."""
        return any(isinstance(item, InvalidInput) for item in self.items)


class Intake:
    """Used from the event loop's thread only."""

    def __init__(self, pipeline: Pipeline, usage: Usage, debugger: Debugger) -> None:
        self._pipeline = pipeline
        self._usage = usage
        self._debugger = debugger

    def take(self, format: str, items: Sequence[Item], sender: Sender, request_key: str) -> Taken:
        """Decide on every item. What has no key and is to be stored counts towards its quota from here on."""
        taken = Taken(format, items, sender.received_at, self._usage.turn(sender.received_at), request_key)
        passage = self._pipeline.passage(sender)
        try:
            for item in items:
                self._take_one(taken, item, passage)
        except BaseException:
            self.give_back(taken)
            raise
        return taken

    def _take_one(self, taken: Taken, item: Item, passage: Passage) -> None:
        if isinstance(item, InvalidInput):
            return self._decide(taken, "", item)
        site = self._pipeline.site_of(item, passage.sender)
        if isinstance(site, DropReason):
            return self._decide(taken, "", site)
        verdict = self._pipeline.run(item, site, passage)
        if not isinstance(verdict, Event):
            return self._decide(taken, site.id, verdict)
        place = len(taken.verdicts)
        key = stored_key(site.id, item, taken.request_key, place)
        if self._is_past_quota(taken, site):
            taken.over_quota[place] = site, verdict, key
            return self._decide(taken, site.id, self._past_quota(site, taken))
        self._put(taken, place, verdict, key)
        return self._decide(taken, site.id, verdict)

    def _decide(self, taken: Taken, site_id: str, verdict: Verdict) -> None:
        taken.verdicts.append(verdict)
        taken.site_ids.append(site_id)

    def _put(self, taken: Taken, place: int, event: Event, key: str | None) -> None:
        taken.rows.append(event_row(event))
        taken.keys.append(key)
        taken.places.append(place)
        if key:
            taken.held[event.site_id] += 1
        else:
            self._usage.count(event.site_id, 1, taken.month)

    def _is_past_quota(self, taken: Taken, site: Site) -> bool:
        """Keyed rows of other requests that are on their way do not count: they may be repeats, and would be to blame
        for refusing what is none. So many senders at once can pass the quota by what they had on their way.
        """
        quota = site.monthly_quota
        return quota is not None and self._usage.events(site.id) + taken.held[site.id] >= quota

    def _past_quota(self, site: Site, taken: Taken) -> Verdict:
        """The site's own choice: its senders are told, or they get the usual answer and the drop is counted."""
        if site.quota_answer == "drop":
            return DropReason.QUOTA
        message = f"{site.domain} has reached its quota of {site.monthly_quota} events in {taken.month}; not stored"
        return QuotaReached(message, self._usage.seconds_left(taken.received_at))

    def reconsider(self, taken: Taken, known_keys: set[str]) -> None:
        """At the edge of a quota repeats need no place: they are answered as such, and what is new gets theirs."""
        seen = set(known_keys)
        self._leave_out_repeats(taken, seen)
        for place, (site, event, key) in taken.over_quota.items():
            if key in seen:
                taken.verdicts[place] = Repeat(event)
            elif not self._is_past_quota(taken, site):
                taken.verdicts[place] = event
                self._put(taken, place, event, key)
                if key:
                    seen.add(key)

    def _leave_out_repeats(self, taken: Taken, seen: set[str]) -> None:
        """Of the rows that are to be stored; `seen` gets the keys of those that stay."""
        rows = list(zip(taken.rows, taken.keys, taken.places, strict=True))
        taken.rows, taken.keys, taken.places = [], [], []
        for row, key, place in rows:
            event = taken.verdicts[place]
            if key in seen and isinstance(event, Event):
                taken.verdicts[place] = Repeat(event)
                taken.held[event.site_id] -= 1
                continue
            if key:
                seen.add(key)
            taken.rows.append(row)
            taken.keys.append(key)
            taken.places.append(place)

    def batch(self, taken: Taken, waiter: Waiter) -> Batch:
        keys = taken.keys if any(taken.keys) else None
        size = sum(ROW_BYTES + len(str(row[PROPS])) for row in taken.rows)
        return Batch(taken.rows, keys, waiter, size, taken.month)

    def settle(self, taken: Taken, batch: Batch | None, hints: Iterable[str] = ()) -> None:
        """After the batch is on disk: tell repeats apart, count what was stored and dropped, note all of it."""
        if batch and taken.held:
            self._count_keyed(taken, set(batch.duplicates))
        unread = self._site_of_unread(taken, hints) if taken.refused_unread() else ""
        for item, verdict, site_id in zip(taken.items, taken.verdicts, taken.site_ids, strict=True):
            reason = drop_reason(verdict)
            if reason:
                self._usage.drop(site_id, reason, taken.month)
            site_id = unread if isinstance(item, InvalidInput) else site_id
            self._debugger.note(site_id, seen(taken.received_at, taken.format, item, verdict))

    def _count_keyed(self, taken: Taken, repeats: set[int]) -> None:
        for index, (place, key) in enumerate(zip(taken.places, taken.keys, strict=True)):
            event = taken.verdicts[place]
            if index in repeats and isinstance(event, Event):
                taken.verdicts[place] = Repeat(event)
            elif key:
                self._usage.count(taken.site_ids[place], 1, taken.month)

    def _site_of_unread(self, taken: Taken, hints: Iterable[str]) -> str:
        """Where events that could not be read are told of: at the site of the others, or of the request's hints."""
        known = next((site_id for site_id in taken.site_ids if site_id), "")
        return known or self._pipeline.site_of_hints(hints, taken.received_at)

    def give_back(self, taken: Taken) -> None:
        """The batch was not stored."""
        for place, key in zip(taken.places, taken.keys, strict=True):
            if not key and place < len(taken.site_ids):
                self._usage.count(taken.site_ids[place], -1, taken.month)

    def note_refusal(self, format: str, now: int, error: AnalyticsError, hints: Iterable[str]) -> None:
        """A request that could not be read as a whole."""
        self._debugger.note(self._pipeline.site_of_hints(hints, now), seen(now, format, None, error))


def drop_reason(verdict: Verdict) -> DropReason | None:
    """What the ledger counts."""
    if isinstance(verdict, DropReason):
        return verdict
    if isinstance(verdict, Repeat):
        return DropReason.DUPLICATE
    return DropReason.QUOTA if isinstance(verdict, QuotaReached) else None


def stored_key(site_id: str, item: IncomingEvent, of_request: str, place: int) -> str | None:
    """The key under which an event is stored once; a request's key covers each of its events by its place.

    Keys of servers, which show a secret, are apart from those of pages: else whoever guesses an order's number could
    send it from a page first, and the server's event would be taken for a repeat.
    """
    sender = "server" if item.from_server else "page"
    if item.idempotency_key:
        return idempotency_hash(site_id, f"{sender} event\n{item.idempotency_key}")
    if of_request:
        return idempotency_hash(site_id, f"{sender} request\n{place}\n{of_request}")
    return None
