"""The catalog as a whole, and the snapshot of it that the request handler reads without a database."""

import threading
from dataclasses import dataclass
from pathlib import Path

from hitkeep_py.catalog.annotations import Annotations
from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.experiments import Experiment, Experiments
from hitkeep_py.catalog.funnels import Funnels
from hitkeep_py.catalog.goals import Goals
from hitkeep_py.catalog.keys import KeyRing, Keys
from hitkeep_py.catalog.passwords import Passwords
from hitkeep_py.catalog.restored import destroy_salts
from hitkeep_py.catalog.salts import SaltRing, Salts
from hitkeep_py.catalog.segments import Segments
from hitkeep_py.catalog.site_settings import VISITOR_PERIODS, named_domain
from hitkeep_py.catalog.sites import Site, Sites
from hitkeep_py.catalog.users import Users
from hitkeep_py.clock import Clock
from hitkeep_py.text import normalised_hostname


@dataclass(frozen=True, slots=True)
class Directory:
    """What requests need of the catalog without asking it, as of one moment."""

    by_id: dict[str, Site]
    """By their aliases as well."""
    by_domain: dict[str, Site]
    salts: SaltRing
    keys: KeyRing
    experiments: dict[str, tuple[Experiment, ...]]
    """The running ones, by site."""

    def of_alias(self, text: str) -> Site | None:
        alias = text.lower()
        site = self.by_id.get(alias)
        return site if site and alias in site.aliases else None

    def of_hostname(self, hostname: str) -> Site | None:
        known = self.by_domain.get(hostname)
        if known is not None:
            return known
        normalised = normalised_hostname(hostname)
        return self.by_domain.get(normalised) or self.of_alias(normalised) or self.by_domain.get(named_domain(hostname))


class Catalog:
    def __init__(self, path: Path | None, clock: Clock, passwords: Passwords | None = None) -> None:
        self.database = Database(path)
        self.users = Users(self.database, clock, passwords)
        self.sites = Sites(self.database, clock)
        self.goals = Goals(self.database, clock)
        self.funnels = Funnels(self.database, clock)
        self.segments = Segments(self.database, clock)
        self.annotations = Annotations(self.database, clock)
        self.keys = Keys(self.database, clock)
        self.experiments = Experiments(self.database, clock)
        self.salts = Salts(self.database)
        self._clock = clock
        self._version = (-1, -1)
        self._refreshing = threading.Lock()
        self.directory = Directory({}, {}, SaltRing({}), KeyRing({}), {})

    def refresh(self) -> bool:
        """Bring the directory up to date if this or another process changed the catalog."""
        with self._refreshing:
            version = self.database.version()
            if version == self._version:
                return False
            sites = self.sites.all()
            self.directory = Directory(
                {name: site for site in sites for name in (*site.aliases, site.id)},
                {site.domain: site for site in sites},
                self.salts.ring(),
                self.keys.ring(),
                self.experiments.running(),
            )
            self._version = version
            return True

    def rotate_salts(self) -> None:
        self.salts.rotate(VISITOR_PERIODS, self._clock.now_ms())
        self.refresh()

    def make_missing_salts(self) -> None:
        """At once when the clock jumped to where no salt is: without one every event is refused."""
        if self.directory.salts.lacks(self._clock.now_ms()):
            self.rotate_salts()

    def backup(self, target: Path) -> None:
        """A copy without the salts: in a copy they would outlive their destruction."""
        self.database.backup(target)
        destroy_salts(target)

    def close(self) -> None:
        self.users.close()
        self.database.close()
