"""shop.demo.example: a coffee shop, with carts, orders in two currencies, refunds and an experiment."""

from dataclasses import dataclass
from random import Random

from hitkeep_py.assignment import assigned
from hitkeep_py.demo import world
from hitkeep_py.demo.chance import Table, dice, drawn, happens, ranked
from hitkeep_py.demo.visit import END, Page, Visit, stroll
from hitkeep_py.event import CONVERSION, IDENTIFY

DOMAIN = "shop.demo.example"
EXPERIMENT = "exp_checkout"
VARIANTS = ("var_a", "var_b")
BUYS = {"var_a": 0.46, "var_b": 0.7}
"""Share of those in the checkout who order, by what they are shown."""
DOLLARS = 1.1
ADDS, CHECKS_OUT, SIGNS_UP = 0.3, 0.62, 0.42
REFUNDED = 0.008
"""Refunds for each visit of a usual day."""


@dataclass(frozen=True, slots=True)
class Product:
    slug: str
    name: str
    cents: int
    collection: str

    @property
    def path(self) -> str:
        return f"/products/{self.slug}"

    def price(self, currency: str) -> int:
        """In minor units, ending like prices do."""
        return self.cents if currency == "EUR" else round(self.cents * DOLLARS / 100) * 100 - 5


PRODUCTS = (
    Product("hand-grinder", "Hand grinder K2", 11900, "gear"),
    Product("house-blend", "House blend, 500 g", 1490, "coffee"),
    Product("pour-over-kettle", "Pour-over kettle", 7450, "gear"),
    Product("ethiopia-guji", "Ethiopia Guji, 250 g", 1390, "coffee"),
    Product("paper-filters", "Paper filters, 100", 790, "gear"),
    Product("decaf-colombia", "Decaf Colombia, 250 g", 1290, "coffee"),
    Product("ceramic-dripper", "Ceramic dripper", 2900, "gear"),
    Product("espresso-roma", "Espresso Roma, 1 kg", 2690, "coffee"),
    Product("travel-mug", "Travel mug", 2450, "gear"),
    Product("scale", "Scale with timer", 5400, "gear"),
    Product("kenya-nyeri", "Kenya Nyeri, 250 g", 1590, "coffee"),
    Product("gift-card", "Gift card", 5000, "gifts"),
)
BY_PATH = {each.path: each for each in PRODUCTS}
POPULAR = ranked(*(each.path for each in PRODUCTS))
MISSING = Page("/products/old-grinder", "Page not found", (("/", 2), (END, 5)), 8)


def collection_page(name: str, title: str) -> Page:
    own = [each.path for each in PRODUCTS if each.collection == name]
    return Page(f"/collections/{name}", title, (*ranked(*own), ("/search", 0.2), (END, 1.2)), 25)


def product_page(product: Product) -> Page:
    others = tuple((path, weight * 0.5) for path, weight in POPULAR if path != product.path)
    links = (*others, (f"/collections/{product.collection}", 0.8), ("/reviews", 0.5), ("/shipping", 0.3), (END, 2.2))
    return Page(product.path, product.name, links, 45)


PAGES = {
    page.path: page
    for page in (
        Page(
            "/",
            "Slow Coffee, roasted in Berlin",
            (
                ("/collections/coffee", 4),
                ("/collections/gear", 3),
                *POPULAR,
                ("/search", 1),
                ("/account/sign-up", 1),
                (END, 4),
            ),
            20,
        ),
        collection_page("coffee", "Coffee"),
        collection_page("gear", "Gear"),
        collection_page("gifts", "Gifts"),
        *map(product_page, PRODUCTS),
        Page("/search", "Search", (*POPULAR, (END, 1)), 15),
        Page("/reviews", "What customers say", (*POPULAR, (END, 1.5)), 40),
        Page("/shipping", "Shipping and returns", (("/", 1), ("/contact", 1), (END, 1.5)), 30),
        Page("/contact", "Contact", (("/", 1), (END, 3)), 40),
        Page("/account/sign-up", "Coffee club", (("/", 2), ("/collections/coffee", 2), (END, 2)), 40),
        Page("/cart", "Your cart", (("/collections/coffee", 2), ("/shipping", 1), (END, 3)), 20),
        Page("/checkout", "Checkout", ((END, 1),), 70),
        Page("/checkout/thank-you", "Thank you", (("/account/sign-up", 1), (END, 6)), 15),
        MISSING,
    )
}
ENTRIES: Table[str] = (
    *(("/", 5), ("/collections/coffee", 2), ("/collections/gear", 1.5), ("/reviews", 0.4)),
    *((path, weight * 2) for path, weight in POPULAR),
    *((MISSING.path, 0.35), ("/account/sign-up", 0.5)),
)
FIRST_SOURCES: Table[world.Source] = (
    (world.GOOGLE, 26),
    (world.DIRECT, 16),
    (world.SOCIAL_ADVERTISEMENT, 9),
    (world.SEARCH_ADVERTISEMENT, 5),
    (world.BEAN_ADVERTISEMENT, 4),
    (world.INSTAGRAM, 8),
    (world.CHATGPT, 6),
    (world.BING, 4),
    (world.YOUTUBE, 4),
    (world.DUCKDUCKGO, 3),
    (world.REDDIT, 3),
    (world.PERPLEXITY, 2),
    (world.CLAUDE, 2),
    (world.ECOSIA, 2),
    (world.NEWSLETTER, 2),
)
LATER_SOURCES: Table[world.Source] = (
    *((world.DIRECT, 50), (world.NEWSLETTER, 22), (world.GOOGLE, 18), (world.WELCOME_MAIL, 6), (world.INSTAGRAM, 4)),
)
SEARCHES: Table[tuple[str, int]] = ranked(
    *(("grinder", 2), ("decaf", 1), ("filter", 3), ("espresso", 2), ("chemex", 0), ("gift", 1), ("oat milk", 0)),
)
PLANS: Table[str] = (("free", 6), ("pro", 3), ("team", 1))


def variant_of(visitor: str) -> str:
    return VARIANTS[assigned(EXPERIMENT, visitor, [1, 1])]


def currency_of(country: str | None) -> str:
    return "USD" if country in ("US", "CA") else "EUR"


class Shopping:
    """One visit to the shop."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._random = visit.random
        self._currency = currency_of(visit.country)
        self._cart: list[Product] = []
        self._saw_variant = False

    def act(self, visit: Visit, page: Page) -> str | None:
        acts = {
            "/search": self._search,
            "/cart": self._check_out,
            "/checkout": self._order,
            "/account/sign-up": self._sign_up,
            "/contact": self._write,
            "/reviews": self._follow,
            MISSING.path: self._miss,
        }
        if page.path in BY_PATH:
            return self._consider(BY_PATH[page.path])
        return acts[page.path]() if page.path in acts else None

    def _consider(self, product: Product) -> str | None:
        if not happens(self._random, ADDS):
            return None
        self._cart.append(product)
        price = product.price(self._currency) / 100
        named = {"item_id": product.slug, "item_name": product.name, "price": price, "currency": self._currency}
        self._visit.do("add_to_cart", {**named, "quantity": 1, "in_stock": happens(self._random, 0.95)})
        return "/cart" if happens(self._random, 0.7) else None

    def _search(self) -> None:
        query, results = drawn(self._random, SEARCHES)
        self._visit.do("search", {"query": query, "results": results, "found": results > 0})

    def _check_out(self) -> str | None:
        if not self._cart or not happens(self._random, CHECKS_OUT):
            return None
        self._visit.do("begin_checkout", {"items": len(self._cart), "currency": self._currency})
        return "/checkout"

    def _order(self) -> str:
        variant = variant_of(self._visit.visitor)
        self._visit.see_variant(EXPERIMENT, variant)
        self._visit.wait(60)
        if not happens(self._random, BUYS[variant]):
            return END
        product, quantity = self._cart[-1], self._random.choice((1, 1, 1, 2, 3))
        cents = product.price(self._currency) * quantity
        bought = {"item_id": product.slug, "item_name": product.name, "quantity": quantity, "value": cents / 100}
        told = {"currency": self._currency, "express": happens(self._random, 0.2), "coupon": self._coupon()}
        self._visit.do("purchase", {**bought, **told}, revenue=cents, currency=self._currency, category=CONVERSION)
        return "/checkout/thank-you"

    def _coupon(self) -> str:
        return drawn(self._random, (("none", 7), ("WINTER10", 2), ("WELCOME", 1)))

    def _sign_up(self) -> None:
        if happens(self._random, SIGNS_UP):
            plan = drawn(self._random, PLANS)
            seats = self._random.randint(2, 12) if plan == "team" else 1
            self._visit.do("signup", {"plan": plan, "seats": seats, "newsletter": happens(self._random, 0.6)})
            self._visit.identify(dice(self._visit.visitor, "user").getrandbits(64), IDENTIFY)

    def _write(self) -> None:
        if happens(self._random, 0.5):
            sent = {"action_host": DOMAIN, "action_path": "/contact", "method": "post", "form_id": "contact"}
            self._visit.do("form_submit", {**sent, "same_origin": True})

    def _follow(self) -> str | None:
        if not happens(self._random, 0.15):
            return None
        target = {"target_host": "reviews.example", "target_path": "/slow-coffee", "target_protocol": "https"}
        self._visit.do("outbound_click", target)
        return END

    def _miss(self) -> None:
        self._visit.do("not_found", {"path": MISSING.path})


def walk(visit: Visit) -> None:
    stroll(visit, PAGES, drawn(visit.random, ENTRIES), Shopping(visit).act)


def refund(visit: Visit) -> None:
    """Told by the shop's own server: nobody looks at a page."""
    random: Random = visit.random
    product, currency = BY_PATH[drawn(random, POPULAR)], currency_of(visit.country)
    reason = drawn(random, (("damaged", 2), ("changed mind", 3), ("late", 1)))
    cents = product.price(currency)
    told = {"item_id": product.slug, "reason": reason, "value": -cents / 100, "currency": currency}
    visit.do("refund", told, revenue=-cents, currency=currency)
