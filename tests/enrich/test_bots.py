"""Bots by their User-Agent, and referrers that only want to be seen."""

import logging
import time
from importlib.metadata import distribution
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.enrich.bots import (
    CRAWLERS_AMONG_SENDERS,
    LIST_FILE,
    LIST_PACKAGE,
    NAMES_OF_BROWSERS,
    SENDING_PLATFORMS,
    USER_AGENT_LENGTH,
    Bots,
    bot_patterns,
)
from hitkeep_py.enrich.referrer_spam import ReferrerSpam

BOTS, SPAM = Bots(), ReferrerSpam()
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI_KIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {SAFARI_KIT}"
DESKTOP = f"Mozilla/5.0 (X11; Linux x86_64) {KIT}"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8)"
ANY_TEXT = st.text(st.characters())  # With halves of surrogate pairs, which no header has.


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        f"{ANDROID} {KIT} Chrome/125.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) {SAFARI_KIT} Version/13.1.1 "
        "Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)",
        "CCBot/2.0 (https://commoncrawl.org/faq/)",
        "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Twitterbot/1.0",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.23.20.0",
        "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
        f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/125.0.0.0 Safari/537.36",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Chrome/125.0.0.0 Safari/537.36 Chrome-Lighthouse",
        "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
        "Scrapy/2.11.2 (+https://scrapy.org)",
        "colly - https://github.com/gocolly/colly",
        "Mozilla/4.5 (compatible; HTTrack 3.0x; Windows 98)",
    ],
)
def test_crawlers_previewers_monitors_and_headless_browsers_are_bots(user_agent: str) -> None:
    assert BOTS.is_bot(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; NobodyKnowsItBot/1.0; +https://example.com/)",
        "Mozilla/5.0 (compatible; nobodyknowsitbot; https://example.com/)",
        "nobody-knows-it-bot",
        "ExampleCrawler 0.1",
        "example-spider",
        "Example (https://example.com/bot.html)",
        "kube-probe/1.29",
        "ELB-HealthChecker/2.0",
        "GoogleHC/1.0",
        "Amazon-Route53-Health-Check-Service (ref 1a2b; report http://amzn.to/1vsZADi)",
        "Envoy/HC",
        "Consul Health Check",
        "Edge Health Probe",
        "Azure Traffic Manager Endpoint Monitor",
        "NewRelicPinger/1.0 (1234)",
        "DigitalOcean Uptime Probe 0.22.0 (https://digitalocean.com)",
        "Elastic-Heartbeat/8.14.1 (linux; amd64)",
        "Gatus/1.0",
        f"{DESKTOP} Cypress/13.6.0 Chrome/114.0.5735.289 Electron/25.8.4 Safari/537.36",
        f"{DESKTOP} Chrome/125.0.0.0 Safari/537.36 Prerender (+https://github.com/prerender/prerender)",
        f"{DESKTOP} HeadlessChrome/125.0.0.0 Safari/537.36 CloudWatchSynthetics/arn",
        "Playwright/1.44.0 (x64; ubuntu 22.04) node/20.12",
        f"{DESKTOP} Chrome/125.0.0.0 Safari/537.36 Puppeteer",
        "Mozilla/5.0 (compatible) Rendertron",
        "Cardyb/1.1",
        "Bluesky Cardyb/1.1; +mailto:support@bsky.app",
        "Summaly/4.0.2",
        "Snap URL Preview Service",
        "Vercel-Screenshot/1.0",
        "W3C LinkChecker/10",
    ],
)
def test_what_the_list_does_not_know_can_say_itself_that_it_is_a_bot(user_agent: str) -> None:
    assert BOTS.is_bot(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        "-",
        "curl/8.5.0",
        "Wget/1.21.4",
        "HTTPie/3.2.2",
        "python-requests/2.32.3",
        "python-httpx/0.27.0",
        "Python/3.11 aiohttp/3.9.5",
        "Python-urllib/3.11",
        "python-urllib3/2.2.1",
        "Go-http-client/1.1",
        "Go-http-client/2.0",
        "go-resty/2.13.1 (https://github.com/go-resty/resty)",
        "okhttp/4.12.0",
        "Java/17.0.11",
        "Java-http-client/21.0.3",
        "Apache-HttpClient/4.5.14 (Java/17.0.11)",
        "Apache-HttpAsyncClient/4.1.5 (Java/17.0.11)",
        "axios/1.7.2",
        "node",
        "node-fetch",
        "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
        "undici",
        "got (https://github.com/sindresorhus/got)",
        "Deno/1.44.0",
        "Bun/1.1.13",
        "GuzzleHttp/7",
        "GuzzleHttp/6.5.5 curl/7.64.1 PHP/7.4.33",
        "Symfony HttpClient/Curl",
        "PHP/8.3.8",
        "PostmanRuntime/7.39.0",
        "insomnia/9.2.0",
        "Ruby",
        "Faraday v2.9.2",
        "rest-client/2.1.0 (linux x86_64) ruby/3.3.3p89",
        "libwww-perl/6.77",
        "reqwest/0.12.5",
        "ureq/2.9.7",
        "Dart/3.4 (dart:io)",
        "hackney/1.20.1",
        "RestSharp/111.3.0.0",
        "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A.240505.004)",
        "ExampleApp/12 CFNetwork/1494.0.7 Darwin/23.4.0",
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4291",
        "WordPress/6.5.4; https://example.com",
        "Zapier",
        "Make/production",
        "Mozilla/5.0 (compatible; Google-Apps-Script; beanserver; +https://script.google.com)",
        "Amazon CloudFront",
        "Mozilla/5.0 Umami/0.4.0",
        "posthog-node/4.0.1",
        "Plausible-Client/1.0",
    ],
)
def test_programs_that_send_events_on_purpose_are_no_bots(user_agent: str) -> None:
    assert not BOTS.is_bot(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/125.0.0.0 Safari/537.36",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/124.0.0.0 YaBrowser/24.6.0.0 Safari/537.36",
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/125.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI_KIT} Version/17.5 Safari/605.1.15",
        "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
        f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
        f"{IPHONE} CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1",
        f"{IPHONE} GSA/316.0.635824220 Mobile/15E148 Safari/604.1",
        f"{IPHONE} Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
        f"{ANDROID} {KIT} Chrome/125.0.0.0 Mobile Safari/537.36",
        f"{DESKTOP} Chrome/125.0.0.0 Electron/31.0.1 Safari/537.36 HealthBuddy/2.1",
        f"{IPHONE} Mobile/15E148 Monitor for Instagram/3.1",
        f"{ANDROID} {KIT} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
        f"{ANDROID} {KIT} Version/4.0 Chrome/125.0.6422.113 Mobile Safari/537.36 DuckDuckGo/5",
        "Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0",
        "Opera/9.80 (Android; Opera Mini/36.2.2254/191.256; U; id) Presto/2.12.423 Version/12.16",
        f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/465.0.1.41.103;FBBV/602060281;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS]",
        f"{ANDROID} {KIT} Version/4.0 Chrome/125.0.6422.113 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/465.0.0.50.80;]",
        f"{IPHONE} Mobile/15E148 Instagram 333.0.4.32.94 (iPhone15,2; iOS 17_5; en_US; en; scale=3.00; 1179x2556)",
        f"{ANDROID} {KIT} Version/4.0 Chrome/125.0.6422.113 Mobile Safari/537.36 Instagram 333.0.0.42.91 Android",
        f"{IPHONE} Mobile/15E148 Twitter for iPhone/10.44",
        f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.29.7862",
        f"{IPHONE} Mobile/15E148 [Pinterest/iOS]",
        f"{IPHONE} Mobile/15E148 Snapchat/12.90.0.43 (like Safari/8618.2.12.10.9, panda)",
        f"{IPHONE} Mobile/15E148 musical_ly_34.9.0 BytedanceWebview/d8a21c6 JsSdk/2.0",
        f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.49(0x1800312b) NetType/WIFI Language/en",
        f"{IPHONE} Mobile/15E148 Safari Line/14.8.0",
        "Mozilla/5.0 (Linux; U; Android 5.1; zh-cn; 1501_M02 Build/LMY47D) AppleWebKit/534.30 (KHTML, like Gecko) "
        "Version/4.0 Mobile Safari/534.30 SogouMSE,SogouMobileBrowser/4.1.0",
        f"Mozilla/5.0 (Linux; Android 11; CUBOT_NOTE_20) {KIT} Chrome/125.0.0.0 Mobile Safari/537.36",
        f"Mozilla/5.0 (Linux; Android 10; Cubot) {KIT} Chrome/125.0.0.0 Mobile Safari/537.36",
        f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) {KIT} Version/7.0 TV Safari/537.36",
        f"Mozilla/5.0 (Web0S; Linux/SmartTV) {KIT} Chrome/94.0.4606.128 Safari/537.36 WebAppManager",
        f"Mozilla/5.0 (PlayStation; PlayStation 5/9.00) {SAFARI_KIT} Version/17.0 Safari/605.1.15",
        f"Mozilla/5.0 (Linux; Android 9; AFTKA) {KIT} Silk/125.3.1 like Chrome/125.0.6422.113 Safari/537.36",
        f"Mozilla/5.0 (X11; Linux x86_64) {KIT} Chrome/125.0.0.0 Electron/31.0.1 Safari/537.36",
    ],
)
def test_browsers_of_people_are_no_bots(user_agent: str) -> None:
    assert not BOTS.is_bot(user_agent)


def test_only_the_beginning_is_read() -> None:
    start = "x" * (USER_AGENT_LENGTH - len("HeadlessChrome"))
    assert BOTS.is_bot(start + "HeadlessChrome")
    assert not BOTS.is_bot(start + "xHeadlessChrome")


@given(ANY_TEXT)
def test_any_text_has_an_answer(user_agent: str) -> None:
    assert BOTS.is_bot(user_agent) in (True, False)


@pytest.mark.parametrize(
    "user_agent", ["a" * 600, "Current" * 80, "ContextualBot" * 45, "Spider " * 80, "Mozilla/5.0 (" * 45, "é" * 600]
)
def test_hostile_texts_take_no_time(user_agent: str) -> None:
    texts = [f"{number:03}{user_agent}" for number in range(100)]
    start = time.process_time()
    for text in texts:
        BOTS.is_bot(text)
    assert (time.process_time() - start) / len(texts) < 0.002


def test_the_entries_that_are_named_here_are_still_in_the_list() -> None:
    content = Path(str(distribution(LIST_PACKAGE).locate_file(LIST_FILE))).read_bytes()
    listed = {entry["pattern"] for entry in orjson.loads(content)}
    assert listed >= CRAWLERS_AMONG_SENDERS | SENDING_PLATFORMS | NAMES_OF_BROWSERS
    assert len(bot_patterns()) > 1_400


@pytest.mark.parametrize(
    "hostname",
    [
        "semalt.com",
        "www.semalt.com",
        "semalt.semalt.com",
        "a.b.c.semalt.com",
        "SEMALT.com.",
        "холодныйобзвон.рф",
        "xn--90acenikpebbdd4f6d.xn--p1ai",
    ],
)
def test_listed_hosts_and_what_is_under_them_is_spam(hostname: str) -> None:
    assert SPAM.is_spam(hostname)


@pytest.mark.parametrize(
    "hostname", ["", "com", "example.com", "notsemalt.com", "semalt.com.example.org", "google.com"]
)
def test_other_hosts_are_no_spam(hostname: str) -> None:
    assert not SPAM.is_spam(hostname)


@given(ANY_TEXT)
def test_any_hostname_has_an_answer(hostname: str) -> None:
    assert SPAM.is_spam(hostname) in (True, False)


def test_the_operators_own_list_takes_the_place_of_the_bundled_one(tmp_path: Path) -> None:
    file = tmp_path / "spammers.txt"
    file.write_bytes(b"# a comment\n\nspam.example\r\nother.example # why\n\xff\xfe not a host\n")
    spam = ReferrerSpam(str(file))
    assert spam.problem is None
    assert spam.is_spam("shop.spam.example")
    assert spam.is_spam("other.example")
    assert not spam.is_spam("semalt.com")
    assert not spam.is_spam("example")


def test_a_missing_list_costs_the_look_up_and_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        spam = ReferrerSpam(str(tmp_path / "missing.txt"))
    assert not spam.is_spam("semalt.com")
    assert spam.problem
    assert len(caplog.records) == 1
