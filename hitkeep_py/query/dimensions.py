"""What can be grouped and filtered by: one list, from which validation, API docs and menus derive."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from hitkeep_py.errors import InvalidInput
from hitkeep_py.event import DEVICES, KINDS, MOST_NUMBER, Channel

PROPERTY = "property:"
PROPERTY_KEY_LENGTH = 300


class Scope(Enum):
    """Where the value of a dimension is found."""

    EVENT = "its own for every event"
    SESSION = "the same for all events of a session: that of its first event"
    VISIT = "known only when a session is looked at as a whole"
    TIME = "the bucket of the event's time, in the site's time zone"


@dataclass(frozen=True, slots=True)
class Dimension:
    """`column` is the store's; for a property it is "props" and `key` the property's name.

    `values` are all there can be, where these are known.
    """

    name: str
    column: str
    scope: Scope
    description: str
    key: str = ""
    numeric: bool = False
    values: tuple[str, ...] = ()


PAGES = ("page", "entry_page", "exit_page")
"""The dimensions that pages are the values of."""
VALUES = {"kind": KINDS, "device": DEVICES, "channel": tuple(each.value for each in Channel)}
"""Of the dimensions whose values are all known."""


def _dimensions(scope: Scope, *rows: tuple[str, str, str]) -> list[Dimension]:
    return [
        Dimension(name, column, scope, description, values=VALUES.get(name, ())) for name, column, description in rows
    ]


CUSTOM_EVENT_NAME = "CASE WHEN kind = 'event' THEN name END"
WEB_VITAL_NAME = "CASE WHEN kind = 'web_vital' THEN name END"
"""Web vitals and engagement have names as well, and are no events."""
VALUE = f"CASE WHEN value > -{MOST_NUMBER:e} AND value < {MOST_NUMBER:e} THEN value END"
"""Larger ones, which were stored once, would make every sum infinite."""
TIME_UNITS = ("minute", "hour", "day", "week", "month")

DIMENSIONS: dict[str, Dimension] = {
    each.name: each
    for each in (
        *_dimensions(
            Scope.EVENT,
            ("page", "path", "Path of the page."),
            ("hostname", "hostname", "Host of the page."),
            ("title", "title", "Title of the page."),
            ("event", CUSTOM_EVENT_NAME, "Name of the custom event."),
            ("web_vital", WEB_VITAL_NAME, "Name of the web vital, such as LCP."),
            ("kind", "kind", "What happened to make the event."),
            ("category", "category", "Category that the sender gave the event."),
            ("label", "label", "Label that the sender gave the event."),
            ("currency", "currency", "Currency of the event's revenue."),
            ("experiment", "experiment_id", "Experiment that the event names."),
            ("variant", "variant_id", "Variant that the event names."),
        ),
        *_dimensions(
            Scope.VISIT,
            ("entry_page", "entry_page", "Path of the session's first page."),
            ("exit_page", "exit_page", "Path of the session's last page."),
        ),
        *_dimensions(
            Scope.SESSION,
            ("referrer", "referrer", "Host and path of the page that the visitor came from."),
            ("source", "source", "Where the visitor came from: utm_source, else the referrer's name."),
            ("channel", "channel", "Kind of source, such as Organic Search."),
            ("utm_source", "utm_source", "Campaign's utm_source."),
            ("utm_medium", "utm_medium", "Campaign's utm_medium."),
            ("utm_campaign", "utm_campaign", "Campaign's utm_campaign."),
            ("utm_term", "utm_term", "Campaign's utm_term."),
            ("utm_content", "utm_content", "Campaign's utm_content."),
            ("country", "country", "ISO 3166-1 code of the country, two capital letters such as DE."),
            ("region", "region", "Region within the country; needs a GeoIP file of cities."),
            ("city", "city", "City; needs a GeoIP file of cities."),
            ("language", "language", "Language of the browser."),
            ("browser", "browser", "Browser."),
            ("browser_version", "browser_version", "Version of the browser."),
            ("os", "os", "Operating system."),
            ("os_version", "os_version", "Version of the operating system."),
            ("device", "device", "Kind of device."),
            ("screen", "screen", "Size of the screen."),
        ),
        *(
            Dimension(name, column, Scope.EVENT, description, numeric=True)
            for name, column, description in (
                ("value", VALUE, "Number that the sender gave the event."),
                ("revenue", "revenue", "Revenue of the event in minor units of its currency, such as cents."),
                ("scroll_depth", "scroll_depth", "How far the page was scrolled, in percent."),
                ("engagement_ms", "engagement_ms", "How long the page was looked at, in milliseconds."),
            )
        ),
        *(Dimension(unit, "time", Scope.TIME, f"The {unit}, in the site's time zone.") for unit in TIME_UNITS),
    )
}

SESSION_ATTRIBUTES: tuple[str, ...] = tuple(each.column for each in DIMENSIONS.values() if each.scope is Scope.SESSION)
"""Columns that the writer makes the same for all events of a session."""


def dimension(name: str, field: str = "dimensions") -> Dimension:
    """By its name, or `property:KEY`. Raises InvalidInput with the names that exist."""
    found = DIMENSIONS.get(name)
    if found is not None:
        return found
    if name.startswith(PROPERTY) and 0 < len(key := name.removeprefix(PROPERTY)) <= PROPERTY_KEY_LENGTH:
        return Dimension(name, "props", Scope.EVENT, f"The property {key} of the event.", key)
    near = get_close_matches(name[:100], DIMENSIONS, 1, 0.75)
    hint = f", perhaps {near[0]}" if near else ""
    raise InvalidInput(
        f"there is no dimension {name[:100]!r}{hint}; there are {', '.join(DIMENSIONS)} and {PROPERTY}KEY", field=field
    )
