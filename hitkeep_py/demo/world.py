"""Where visitors come from: countries and cities, sources, browsers."""

from dataclasses import dataclass, field

from hitkeep_py.demo.chance import Table, ranked


@dataclass(frozen=True, slots=True)
class Home:
    country: str
    language: str
    region: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    referrer: str = ""
    campaign: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Machine:
    user_agent: str
    screens: tuple[str, ...]


HOMES: Table[Home] = (
    (Home("DE", "de-DE", "Berlin", "Berlin"), 9),
    (Home("DE", "de-DE", "Bavaria", "Munich"), 7),
    (Home("DE", "de-DE", "Hamburg", "Hamburg"), 5),
    (Home("DE", "en-US", "North Rhine-Westphalia", "Cologne"), 4),
    (Home("US", "en-US", "California", "San Francisco"), 9),
    (Home("US", "en-US", "New York", "New York"), 7),
    (Home("US", "en-US", "Washington", "Seattle"), 5),
    (Home("US", "es-US", "Texas", "Austin"), 3),
    (Home("GB", "en-GB", "England", "London"), 8),
    (Home("GB", "en-GB", "Scotland", "Edinburgh"), 2),
    (Home("FR", "fr-FR", "Île-de-France", "Paris"), 6),
    (Home("FR", "fr-FR", "Auvergne-Rhône-Alpes", "Lyon"), 2),
    (Home("AT", "de-AT", "Vienna", "Vienna"), 4),
    (Home("CH", "de-CH", "Zurich", "Zurich"), 4),
    (Home("NL", "nl-NL", "North Holland", "Amsterdam"), 4),
    (Home("ES", "es-ES", "Madrid", "Madrid"), 3),
    (Home("IT", "it-IT", "Lombardy", "Milan"), 3),
    (Home("PL", "pl-PL", "Mazovia", "Warsaw"), 3),
    (Home("SE", "sv-SE", "Stockholm", "Stockholm"), 2),
    (Home("CA", "en-CA", "Ontario", "Toronto"), 3),
    (Home("CA", "fr-CA", "Quebec", "Montreal"), 1),
    (Home("BR", "pt-BR", "São Paulo", "São Paulo"), 2),
    (Home("IN", "en-IN", "Karnataka", "Bengaluru"), 4),
    (Home("JP", "ja-JP", "Tokyo", "Tokyo"), 2),
    (Home("AU", "en-AU", "Victoria", "Melbourne"), 2),
    (Home("DK", "da-DK"), 1),
    (Home("FI", "fi-FI"), 1),
    (Home("CZ", "cs-CZ"), 1),
    (Home("PT", "pt-PT"), 1),
    (Home("ZA", "en-ZA"), 1),
)
GECKO, CHROME, SAFARI = (
    "Gecko/20100101",
    "AppleWebKit/537.36 (KHTML, like Gecko)",
    "AppleWebKit/605.1.15 (KHTML, like Gecko)",
)
PHONES, LAPTOPS = ("390x844", "412x915", "360x800", "393x852"), ("1920x1080", "1440x900", "1536x864", "2560x1440")
MACHINES: Table[Machine] = ranked(
    Machine(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Chrome/141.0 Safari/537.36", LAPTOPS),
    Machine(
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {SAFARI} Version/18.6 Mobile/15E148 Safari/604.1",
        PHONES,
    ),
    Machine(f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {CHROME} Chrome/141.0 Mobile Safari/537.36", PHONES),
    Machine(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Version/18.6 Safari/605.1.15", LAPTOPS),
    Machine(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME} Chrome/141.0 Safari/537.36", LAPTOPS),
    Machine(f"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) {GECKO} Firefox/140.0", LAPTOPS),
    Machine(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) {GECKO} Firefox/144.0", LAPTOPS),
    Machine(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Chrome/141.0 Safari/537.36 Edg/141.0", LAPTOPS),
    Machine(
        f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {SAFARI} Version/18.6 Mobile/15E148 Safari/604.1",
        ("820x1180", "1024x1366"),
    ),
    Machine(
        f"Mozilla/5.0 (Linux; Android 14; SM-S921B) {CHROME} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
        PHONES,
    ),
    Machine(f"Mozilla/5.0 (Android 15; Mobile; rv:144.0) {GECKO} Firefox/144.0", PHONES),
    steepness=0.8,
)
DIRECT = Source()
GOOGLE, BING = Source("https://www.google.com/"), Source("https://www.bing.com/")
DUCKDUCKGO, ECOSIA = Source("https://duckduckgo.com/"), Source("https://www.ecosia.org/")
CHATGPT, CLAUDE = Source("https://chatgpt.com/"), Source("https://claude.ai/")
PERPLEXITY = Source("https://www.perplexity.ai/")
HACKER_NEWS = Source("https://news.ycombinator.com/item")
REDDIT, LOBSTERS = Source("https://www.reddit.com/r/selfhosted/"), Source("https://lobste.rs/")
MASTODON, BLUESKY = Source("https://mastodon.social/@coffee"), Source("https://bsky.app/")
INSTAGRAM, YOUTUBE = Source("https://l.instagram.com/"), Source("https://www.youtube.com/watch")
LINKEDIN, GITHUB = Source("https://www.linkedin.com/"), Source("https://github.com/demo/engine")
STACK_OVERFLOW = Source("https://stackoverflow.com/questions/1")
NEWSLETTER = Source(
    "", {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "monthly-letter", "utm_content": "top"}
)
WELCOME_MAIL = Source(
    "", {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "welcome", "utm_content": "button"}
)
SEARCH_ADVERTISEMENT = Source(
    "https://www.google.com/",
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "winter-sale", "utm_term": "hand grinder"},
)
BEAN_ADVERTISEMENT = Source(
    "https://www.google.com/",
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "always-on", "utm_term": "espresso beans"},
)
SOCIAL_ADVERTISEMENT = Source(
    "https://l.instagram.com/", {"utm_source": "instagram", "utm_medium": "paid_social", "utm_campaign": "gift-guide"}
)
