"""All look-ups that the pipeline uses, opened together."""

from hitkeep_py.enrich.country import Countries
from hitkeep_py.enrich.page import Pages
from hitkeep_py.enrich.referrer import Referrers
from hitkeep_py.enrich.user_agent import UserAgents


class Lookups:
    def __init__(self, geoip_db: str = "") -> None:
        self.countries = Countries(geoip_db)
        self.pages = Pages()
        self.referrers = Referrers()
        self.user_agents = UserAgents()
