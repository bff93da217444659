"""The wire formats that the server speaks; a new one is a line here."""

from hitkeep_py.protocols import hitkeep
from hitkeep_py.protocols.format import WireFormat

FORMATS: tuple[WireFormat, ...] = (hitkeep.PAGEVIEWS, hitkeep.EVENTS)
