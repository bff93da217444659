"""The product's main job: an event comes in, a goal is made, its conversion is read back."""

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from tests.http_client import HttpClient


def test_documented_event_becomes_a_conversion_of_its_goal(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    event = {
        "site_id": site.id,
        "name": "signup",
        "url": "https://your-site.com/checkout/success",
        "referrer": "",
        "props": {"plan": "pro", "amount": "49"},
    }
    assert http.post("/ingest/event", json=event).status_code == 202
    made = logged_in.post(
        f"/api/sites/{site.id}/goals", json={"name": "Pro Signup", "type": "event", "value": "signup"}
    )
    assert made.status_code == 201
    analytics.drain()
    stats = logged_in.get(f"/api/sites/{site.id}/stats").json()
    assert stats["goals"] == [
        {
            "goal_id": made.json()["id"],
            "name": "Pro Signup",
            "conversions": 1,
            "conversion_rate": 100.0,
            "events": 1,
            "visitors": 1,
        }
    ]
    assert sum(point["visitors"] for point in stats["chart_data"]) == 1
