"""Channels: the customary grouping, a home for every well-known source, and an answer to whatever is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.enrich.channel import Channels
from hitkeep_py.enrich.page import ADVERTISERS, read_page
from hitkeep_py.enrich.referrer import Referrers
from hitkeep_py.enrich.services import Services, read_rows
from hitkeep_py.event import CUSTOM, PAGEVIEW, Channel, Event, IncomingEvent, Sender
from hitkeep_py.ingest.pipeline import Pipeline
from tests.product import in_memory, lookups

SERVICES = Services()
CHANNELS, REFERRERS = Channels(SERVICES), Referrers(SERVICES)


def brought(url: str, referrer: str = "", source: str = "", medium: str = "") -> tuple[str | None, str]:
    """Source and channel of a pageview of this address, as the pipeline fills them."""
    found, advertiser = REFERRERS.referrer(referrer, "site.example"), read_page(url).advertiser
    name = REFERRERS.source(source or None, found, advertiser)
    return name, CHANNELS.channel(name, found.address, source or None, medium or None, None, advertiser)


def channel_of(referrer: str = "", source: str = "", medium: str = "", campaign: str = "") -> str:
    """Of an event with this referring address and these UTM fields, as the pipeline fills it."""
    found = REFERRERS.referrer(referrer, "site.example")
    return CHANNELS.channel(source or found.source, found.address, source or None, medium or None, campaign or None)


@pytest.mark.parametrize(
    ("source", "medium", "url", "channel"),
    [
        ("Google", None, "https://site.example/?gclid=Cj0K", "Paid Search"),
        ("google", None, "/?utm_source=google&GCLID=Cj0K", "Paid Search"),
        ("Bing", None, "https://site.example/a?x=1&msclkid=9f", "Paid Search"),
        ("google", "organic", "https://site.example/?gclid=Cj0K", "Paid Search"),
        ("Bing", None, "https://site.example/?gclid=Cj0K", "Organic Search"),
        ("Google", None, "https://site.example/?gclid=", "Organic Search"),
        ("Google", None, "https://site.example/?q=gclid", "Organic Search"),
        ("Facebook", None, "https://site.example/?gclid=Cj0K", "Organic Social"),
        (None, None, "https://site.example/?gclid=Cj0K", "Paid Search"),
        ("Google", "display", "https://site.example/?gclid=Cj0K", "Display"),
        ("google", "cpm", "https://site.example/?gclid=Cj0K", "Paid Search"),
        ("newsletter", None, "https://site.example/?gclid=Cj0K", "Email"),
        ("autumn", None, "https://site.example/?gclid=Cj0K", "Paid Search"),
    ],
)
def test_click_on_an_advertisement_of_the_source_is_paid(
    source: str | None, medium: str | None, url: str, channel: str
) -> None:
    assert CHANNELS.channel(source, None, source, medium, None, read_page(url).advertiser) == channel


@pytest.mark.parametrize(
    ("query", "referrer", "source", "channel"),
    [
        ("gclid=1", "", "Google", "Paid Search"),
        ("gbraid=1", "https://www.google.com/", "Google", "Paid Search"),
        ("wbraid=1", "", "Google", "Paid Search"),
        ("gad_source=1", "", "Google", "Paid Search"),
        ("gclid=1", "https://syndicatedsearch.goog/", "Google", "Paid Search"),
        ("gclid=1", "https://blog.example.org/", "Google", "Paid Search"),
        ("gclid=1", "https://m.youtube.com/", "YouTube", "Paid Video"),
        ("gclid=1", "android-app://com.example.game/", "Google", "Paid Search"),
        ("dclid=1", "https://blog.example.org/", "Google Display", "Display"),
        ("msclkid=1", "", "Bing", "Paid Search"),
        ("msclkid=1", "https://duckduckgo.com/", "DuckDuckGo", "Paid Search"),
        ("msclkid=1", "https://www.ecosia.org/", "Ecosia", "Paid Search"),
        ("yclid=1", "https://yandex.ru/", "Yandex", "Paid Search"),
        ("ttclid=1", "", "TikTok", "Paid Social"),
        ("li_fat_id=1", "https://www.linkedin.com/", "LinkedIn", "Paid Social"),
        ("twclid=1", "https://t.co/a", "Twitter", "Paid Social"),
        ("epik=1", "https://www.pinterest.de/", "Pinterest", "Paid Social"),
        ("rdt_cid=1", "", "Reddit", "Paid Social"),
        ("ScCid=1", "", "Snapchat", "Paid Social"),
        ("tblci=1", "", "Taboola", "Display"),
        ("awc=1", "", "Awin", "Affiliates"),
        ("fbclid=1", "https://l.facebook.com/", "Facebook", "Organic Social"),
        ("fbclid=1", "", None, "Direct"),
        ("ysclid=1", "https://yandex.ru/", "Yandex", "Organic Search"),
        ("twclid=1", "https://www.google.com/", "Google", "Organic Search"),
        ("gclid=1", "https://mail.google.com/", "Gmail", "Email"),
    ],
)
def test_a_click_on_an_advertisement_says_whose_it_was(
    query: str, referrer: str, source: str | None, channel: str
) -> None:
    assert brought(f"https://site.example/?{query}", referrer) == (source, channel)


@pytest.mark.parametrize("parameter", ADVERTISERS)
def test_every_click_id_is_of_a_service_and_is_no_referral(parameter: str) -> None:
    source, channel = brought(f"/?{parameter.upper()}=1")
    assert source == ADVERTISERS[parameter]
    assert channel.startswith(("Paid", "Display", "Affiliates"))


@pytest.mark.parametrize(
    ("referrer", "channel"),
    [
        ("", "Direct"),
        ("https://site.example/prices", "Direct"),
        ("https://www.google.com/", "Organic Search"),
        ("https://www.google.co.uk/", "Organic Search"),
        ("https://google.de", "Organic Search"),
        ("https://search.yahoo.com/search", "Organic Search"),
        ("https://search.yahoo.co.jp/", "Organic Search"),
        ("https://yandex.com.tr/", "Organic Search"),
        ("https://duckduckgo.com/", "Organic Search"),
        ("https://search.brave.com/", "Organic Search"),
        ("android-app://com.google.android.googlequicksearchbox/", "Organic Search"),
        ("https://l.facebook.com/l.php", "Organic Social"),
        ("https://t.co/abc", "Organic Social"),
        ("https://news.ycombinator.com/item?id=1", "Organic Social"),
        ("https://old.reddit.com/r/x", "Organic Social"),
        ("https://www.pinterest.co.uk/", "Organic Social"),
        ("android-app://com.linkedin.android/", "Organic Social"),
        ("android-app://com.Slack/", "Organic Social"),
        ("https://m.youtube.com/watch", "Organic Video"),
        ("https://vimeo.com/1", "Organic Video"),
        ("https://www.amazon.de/dp/1", "Organic Shopping"),
        ("https://www.ebay.com.au/", "Organic Shopping"),
        ("https://www.etsy.com/", "Organic Shopping"),
        ("https://chatgpt.com/", "AI Assistants"),
        ("https://www.perplexity.ai/search/x", "AI Assistants"),
        ("https://claude.ai/", "AI Assistants"),
        ("https://gemini.google.com/app", "AI Assistants"),
        ("https://copilot.microsoft.com/", "AI Assistants"),
        ("https://chat.deepseek.com/", "AI Assistants"),
        ("https://mail.google.com/", "Email"),
        ("https://mail.yahoo.com/", "Email"),
        ("https://outlook.live.com/", "Email"),
        ("android-app://com.google.android.gm/", "Email"),
        ("https://docs.google.com/document/d/1", "Referral"),
        ("https://blog.example.org/post", "Referral"),
        ("https://en.wikipedia.org/wiki/X", "Referral"),
        ("https://notgoogle.com/", "Referral"),
        ("https://google.evil.example.com/", "Referral"),
        ("https://amazon.example.org/", "Referral"),
        ("https://newsletter.example.org/", "Referral"),
        ("https://google.com.hk/", "Organic Search"),
        ("https://yandex.kz/search", "Organic Search"),
        ("https://suche.gmx.net/web", "Organic Search"),
        ("https://suche.web.de/", "Organic Search"),
        ("https://www.gmx.net/", "Email"),
        ("https://www.pinterest.de/pin/1", "Organic Social"),
        ("android-app://com.duckduckgo.mobile.android/", "Organic Search"),
        ("android-app://com.instagram.android", "Organic Social"),
        ("https://claude.com/", "AI Assistants"),
        ("https://chatglm.cn/", "AI Assistants"),
        ("https://notebooklm.google.com/", "AI Assistants"),
        ("https://photos.google.com/", "Referral"),
        ("https://cloud.google.com/", "Referral"),
        ("https://myaccount.google.com/", "Referral"),
        ("https://maps.google.co.uk/", "Referral"),
        ("https://finance.yahoo.com/", "Referral"),
        ("https://github.com/x/y", "Referral"),
        ("https://google.github.io/", "Referral"),
        ("https://google.fandom.com/", "Referral"),
        ("https://google.com.evil.example/", "Referral"),
        ("https://google.chuo.tokyo.jp/", "Referral"),
        ("https://linked-in.com/", "Referral"),
        ("https://face-book.com/", "Referral"),
        ("https://googleadservices.com/pagead/aclk", "Paid Search"),
        ("https://x.example.org/", "Referral"),
        ("android-app://com.example.reader/", "Referral"),
    ],
)
def test_referrers(referrer: str, channel: str) -> None:
    assert channel_of(referrer) == channel


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "channel"),
    [
        ("google", "cpc", "", "Paid Search"),
        ("Google", "CPC", "Autumn", "Paid Search"),
        ("google", "cpm", "", "Paid Search"),
        ("google.de", "ppc", "", "Paid Search"),
        ("bing", "paidsearch", "", "Paid Search"),
        ("adwords", "", "", "Paid Search"),
        ("google-ads", "", "", "Paid Search"),
        ("google", "organic", "", "Organic Search"),
        ("google", "", "", "Organic Search"),
        ("an engine", "organic", "", "Organic Search"),
        ("facebook", "cpc", "", "Paid Social"),
        ("fb", "paid", "", "Paid Social"),
        ("ig", "paid_social", "", "Paid Social"),
        ("facebook_ads", "", "", "Paid Social"),
        ("LinkedIn Ads", "", "", "Paid Social"),
        ("t.co", "retargeting", "", "Paid Social"),
        ("facebook", "", "", "Organic Social"),
        ("hacker_news", "", "", "Organic Social"),
        ("HackerNews", "post", "", "Organic Social"),
        ("threads", "", "", "Organic Social"),
        ("somewhere", "social", "", "Organic Social"),
        ("somewhere", "social-media", "", "Organic Social"),
        ("youtube", "cpv", "", "Paid Video"),
        ("yt-ads", "", "", "Paid Video"),
        ("youtube", "description", "", "Organic Video"),
        ("somewhere", "video-post", "", "Organic Video"),
        ("amazon", "cpc", "", "Paid Shopping"),
        ("facebook", "cpc", "shopping-autumn", "Paid Shopping"),
        ("amazon.co.uk", "", "", "Organic Shopping"),
        ("newsroom", "", "eshop", "Organic Shopping"),
        ("newsroom", "", "workshop", "Referral"),
        ("chatgpt.com", "", "", "AI Assistants"),
        ("perplexity", "referral", "", "AI Assistants"),
        ("openai", "", "", "AI Assistants"),
        ("chatgpt", "cpc", "", "Paid Other"),
        ("a shop", "display", "", "Display"),
        ("a site", "banner", "", "Display"),
        ("a site", "cpm", "", "Display"),
        ("criteo", "cpc", "", "Display"),
        ("a site", "cpc", "", "Paid Other"),
        ("", "paid", "", "Paid Other"),
        ("newsletter", "cpc", "", "Paid Other"),
        ("google", "cpc", "summer cross-network", "Cross-network"),
        ("autumn-newsletter", "", "", "Email"),
        ("company", "E-Mail", "", "Email"),
        ("company", "e_mail", "", "Email"),
        ("company", "email-drip", "", "Email"),
        ("mailchimp", "", "", "Email"),
        ("company", "affiliate", "", "Affiliates"),
        ("awin", "", "", "Affiliates"),
        ("a show", "audio", "", "Audio"),
        ("podcast", "", "", "Audio"),
        ("company", "sms", "", "SMS"),
        ("sms", "", "", "SMS"),
        ("company", "push", "", "Mobile Push Notifications"),
        ("company", "web-push", "", "Mobile Push Notifications"),
        ("company", "notification", "", "Mobile Push Notifications"),
        ("firebase", "", "", "Mobile Push Notifications"),
        ("partner", "referral", "", "Referral"),
        ("poster", "qr", "", "Referral"),
        ("", "qr", "", "Referral"),
        ("", "", "autumn", "Referral"),
        ("ads", "", "", "Referral"),
        ("(direct)", "(none)", "(not set)", "Direct"),
        ("direct", "", "", "Direct"),
    ],
)
def test_tags(source: str, medium: str, campaign: str, channel: str) -> None:
    assert channel_of("", source, medium, campaign) == channel


@pytest.mark.parametrize(
    ("tags", "channel"),
    [
        ({"medium": "cpc"}, "Paid Search"),
        ({"medium": "email"}, "Organic Search"),
        ({"source": "partner"}, "Referral"),
        ({"source": "facebook", "medium": "cpc"}, "Paid Social"),
        ({"campaign": "autumn"}, "Organic Search"),
        ({"source": "direct"}, "Direct"),
    ],
)
def test_a_source_that_is_tagged_wins_over_the_referrer(tags: dict[str, str], channel: str) -> None:
    assert channel_of("https://www.google.com/", **tags) == channel


def test_every_channel_can_be_told() -> None:
    tagged = {channel_of("", source, "cpc") for source in ("google", "facebook", "youtube", "amazon", "a site")}
    rest = {channel_of(), channel_of("", "", "", "cross-network"), channel_of("", "podcast")}
    homes = {channel_of("", row["tags"][0]) for row in read_rows() if "tags" in row}
    assert homes | tagged | rest == set(Channel)


def test_every_listed_host_app_and_tag_is_its_service_in_its_channel() -> None:
    for row in read_rows():
        expected = row["name"], row["channel"]
        for host in (*row.get("hosts", ()), *(f"below.{each}" for each in row.get("domains", ()))):
            for each in {host.replace("*", "com"), host.replace("*", "co.uk")}:
                assert (each, *brought("/", f"https://{each}/a")) == (each, *expected)
        for app in row.get("apps", ()):
            assert (app, *brought("/", f"android-app://{app}/")) == (app, *expected)
        for tag in row.get("tags", ()):
            assert (tag, *brought("/", "", tag)) == (tag, *expected)
        for tag in row.get("ads", ()):
            name, channel = brought("/", "", tag.replace("*", "com"))
            assert (tag, name) == (tag, row["name"])
            assert channel.startswith(("Paid", "Display"))


def test_nothing_is_listed_twice() -> None:
    for field in ("hosts", "domains", "apps", "tags", "ads"):
        listed = [entry for row in read_rows() for entry in row.get(field, ())]
        assert sorted(set(listed)) == sorted(listed)


@pytest.mark.parametrize(
    ("incoming", "channel"),
    [
        (IncomingEvent(CUSTOM, "renewed", from_server=True), None),
        (IncomingEvent(CUSTOM, "renewed", referrer="https://claude.ai/"), "AI Assistants"),
        (IncomingEvent(CUSTOM, "renewed", campaign={"utm_medium": "email"}), "Email"),
        (IncomingEvent(PAGEVIEW, "", url="/"), "Direct"),
        (IncomingEvent(PAGEVIEW, "", url="/?utm_source=fb&utm_medium=cpc"), "Paid Social"),
        (IncomingEvent(PAGEVIEW, "", url="/?gclid=Cj0K", referrer="https://www.google.com/"), "Paid Search"),
        (IncomingEvent(PAGEVIEW, "", url="/?gbraid=Cj0K"), "Paid Search"),
        (IncomingEvent(PAGEVIEW, "", url="https://example.com/a", referrer="https://example.com/"), "Direct"),
    ],
)
def test_events_without_a_page_or_tags_have_no_channel(incoming: IncomingEvent, channel: str | None) -> None:
    with in_memory() as product:
        site = product.add_site("example.com")
        pipeline = Pipeline(product.analytics.catalog, lookups(), 1)
        event = pipeline.run(incoming, site, pipeline.passage(Sender("", "", "", product.clock.now_ms())))
        assert isinstance(event, Event)
        assert event.channel == channel


words = st.sampled_from(["", "google", "facebook.com", "cpc", "ads", "shop", "android-app:", "(none)", ".", "..*", "/"])
texts = st.none() | words | st.text(max_size=40) | st.builds(str.__add__, words, st.text(max_size=10))


@given(source=texts, referrer=texts, utm_source=texts, medium=texts, campaign=texts)
def test_whatever_is_said_has_a_channel(
    source: str | None, referrer: str | None, utm_source: str | None, medium: str | None, campaign: str | None
) -> None:
    found = CHANNELS.channel(source, referrer, utm_source, medium, campaign)
    assert found in set(Channel)
    assert type(found) is str
