"""What each wire format is sent, by its name, for the API's description. Every event is of one and the same site."""

from typing import Any

SITE = "example.com"
ALIAS = "cm5x9yz1a0001"
"""Any id that the site had elsewhere and has here as an alias; its own id stands there as well."""
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = f"https://{SITE}/pricing?utm_source=news"
REFERRER = "https://www.google.com/"
OF_SERVER = {
    "url": PAGE,
    "timestamp": "2026-11-20T11:00:00Z",
    "visitor_ip": "2001:db8::7",
    "user_agent": BROWSER,
    "referrer": REFERRER,
}
INGEST_BODIES: dict[str, Any] = {
    "tracker": {
        "s": SITE,
        "e": [
            {"i": "a1", "k": "p", "u": PAGE, "r": REFERRER, "t": "Prices", "w": [1920, 1080, 1200]},
            {
                "i": "a2",
                "n": "purchase",
                "u": PAGE,
                "p": {"plan": "pro"},
                "$": {"amount": 49.99, "currency": "EUR"},
                "a": 500,
            },
        ],
    },
    "hitkeep pageview": {"path": "/pricing", "referrer": REFERRER, "lang": "de-DE", "sc_w": 1920, "sc_h": 1080},
    "hitkeep event": {"site_id": ALIAS, "name": "purchase", "url": PAGE, "props": {"plan": "pro", "amount": 49}},
    "hitkeep web vital": {"n": "LCP", "v": 2500.5, "p": "/pricing", "nt": "navigate"},
    "hitkeep server pageview": OF_SERVER,
    "hitkeep server event": {**OF_SERVER, "name": "purchase", "properties": {"plan": "pro", "amount": 49}},
    "sparklytics": [
        {"website_id": ALIAS, "event_type": "custom", "event_name": "add_to_cart", "event_data": '{"product_id":123}'},
        {"website_id": ALIAS, "event_type": "pageview", "url": PAGE, "event_id": "7d1f"},
    ],
    "sparklytics s.js": {"website_id": ALIAS, "type": "pageview", "url": PAGE, "screen": "1920x1080"},
    "grademypage server event": {
        "eventType": "conversion",
        "eventName": "purchase",
        "eventData": {"plan": "pro", "revenue": 49.99, "currency": "USD"},
        "idempotencyKey": "evt_1NG8",
        "visitor": {"id": "user_abc"},
    },
    "grademypage": {
        "projectId": ALIAS,
        "events": [{"eventType": "pageview", "fullUrl": PAGE, "title": "Prices", "visitorId": "v_1"}],
    },
    "umami": {
        "type": "event",
        "payload": {"website": ALIAS, "hostname": SITE, "url": "/cart", "name": "checkout", "data": {"plan": "pro"}},
    },
    "umami batch": [{"type": "event", "payload": {"website": ALIAS, "hostname": SITE, "url": "/cart"}}],
    "goatcounter api": {"no_sessions": True, "hits": [{"path": "/pricing", "title": "Prices"}, {"path": "/cart"}]},
    "liwan": {"entity_id": SITE, "name": "pageview", "url": PAGE, "referrer": REFERRER},
    "project key": {
        "projectKey": ALIAS,
        "event_name": "ButtonClick",
        "url": PAGE,
        "event_data": {"category": "CTA", "label": "Hero", "value": 1},
    },
    "clickport": {"t": "e", "d": SITE, "n": "Purchase", "mk": ["plan"], "mv": ["pro"], "ra": 49.99, "rc": "EUR"},
    "plausible": {
        "n": "Purchase",
        "u": PAGE,
        "d": SITE,
        "p": {"plan": "pro"},
        "$": {"amount": "49.99", "currency": "USD"},
    },
}
INGEST_PARAMETERS: dict[str, dict[str, tuple[str, str]]] = {
    "goatcounter": {
        "p": ("The path, or an event's name.", "/pricing"),
        "e": ("true makes it an event.", "false"),
        "t": ("Title of the page.", "Prices"),
        "r": ("Where the visitor came from.", REFERRER),
        "s": ("Width, height and scale of the screen.", "1920,1080,1"),
    },
    "pixel": {
        "site": ("Id, public key or domain of the site; without it the host of the Referer.", SITE),
        "path": ("Path of the page; without it that of the Referer.", "/newsletter/june"),
        "name": ("Makes it an event of this name.", "opened"),
    },
}
"""Of formats that are sent in the query: what each parameter means, and an example."""
