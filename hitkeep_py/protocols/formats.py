"""The wire formats that the server speaks; a new one is a line here. Of those that share a path the first claims."""

from hitkeep_py.protocols import (
    clickport,
    goatcounter,
    grademypage,
    hitkeep,
    liwan,
    pixel,
    plausible,
    project_key,
    sparklytics,
    tracker,
    umami,
)
from hitkeep_py.protocols.format import WireFormat

FORMATS: tuple[WireFormat, ...] = (
    *tracker.FORMATS,
    *hitkeep.FORMATS,
    *sparklytics.FORMATS,
    *grademypage.FORMATS,
    *umami.FORMATS,
    *goatcounter.FORMATS,
    *pixel.FORMATS,
    *liwan.FORMATS,
    *project_key.FORMATS,
    *clickport.FORMATS,
    *plausible.FORMATS,
)
