"""Routes that other products' programs ask, in those products' shapes, units and words."""

from hitkeep_py.server.access import Access
from hitkeep_py.server.api import (
    hitkeep_commerce,
    hitkeep_reads,
    plausible_query,
    plausible_v1,
    sparklytics_behaviour,
    sparklytics_reads,
)
from hitkeep_py.server.call import ApiRoute

PLAUSIBLE = "/api/v1/stats"
WEBSITE = "/api/websites/{site_id}"
SITE = "/api/sites/{site_id}"

COMPATIBLE_ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        "POST",
        "/api/v2/query",
        Access.READER,
        plausible_query.query,
        "Plausible's stats API v2.",
        error_body=plausible_query.error_body,
    ),
    *(
        ApiRoute("GET", f"{PLAUSIBLE}/{name}", Access.READER, answer, summary, error_body=plausible_query.error_body)
        for name, answer, summary in (
            ("aggregate", plausible_v1.aggregate, "Key figures, Plausible's stats API v1."),
            ("timeseries", plausible_v1.timeseries, "Figures over time, Plausible's stats API v1."),
            ("breakdown", plausible_v1.breakdown, "Figures by a property, Plausible's stats API v1."),
            (
                "realtime/visitors",
                plausible_v1.realtime_visitors,
                "Visitors of the last 5 minutes, as Plausible has it.",
            ),
        )
    ),
    *(
        ApiRoute("GET", f"{WEBSITE}/{path}", Access.READER, answer, f"{summary}, in Sparklytics' shape.")
        for path, answer, summary in (
            ("stats", sparklytics_reads.stats, "Key figures with those before"),
            ("pageviews", sparklytics_reads.pageviews, "Pageviews and visitors over time"),
            ("metrics", sparklytics_reads.metrics, "A breakdown"),
            ("realtime", sparklytics_reads.realtime, "The last 30 minutes"),
            ("sessions", sparklytics_reads.list_sessions, "Sessions, newest first"),
            ("sessions/{session_id}", sparklytics_reads.show_session, "One session with its events"),
            ("goals", sparklytics_behaviour.list_goals, "A site's goals"),
            ("goals/{goal_id}/stats", sparklytics_behaviour.goal_stats, "A goal's conversions"),
            ("funnels", sparklytics_behaviour.list_funnels, "A site's funnels"),
            ("funnels/{funnel_id}/results", sparklytics_behaviour.funnel_results, "A funnel, step by step"),
            ("journey", sparklytics_behaviour.journey, "Where sessions go from a page or an event"),
            ("retention", sparklytics_behaviour.retained, "Who came back, by cohorts"),
            ("revenue/summary", sparklytics_behaviour.revenue_summary, "What a goal brought"),
        )
    ),
    *(
        ApiRoute("GET", f"{SITE}/{path}", Access.READER, answer, f"{summary}, in HitKeep's shape.")
        for path, answer, summary in (
            ("events/names", hitkeep_reads.names, "Names of custom events"),
            ("events/properties", hitkeep_reads.properties, "Names of an event's properties"),
            ("events/breakdown", hitkeep_reads.breakdown, "Sessions by the values of an event's property"),
            ("events/timeseries", hitkeep_reads.timeseries, "An event over time"),
            ("events/audience", hitkeep_reads.audience, "Whose sessions have an event"),
            ("hits", hitkeep_reads.list_hits, "Pageviews one by one"),
            ("funnels/timeseries", hitkeep_reads.funnel_timeseries, "Funnels over time"),
            ("funnels/{funnel_id}/stats", hitkeep_reads.funnel_stats, "A funnel, step by step"),
            ("ecommerce", hitkeep_commerce.summary, "Purchases"),
            ("ecommerce/timeseries", hitkeep_commerce.timeseries, "Purchases over time"),
            ("ecommerce/products", hitkeep_commerce.products, "Purchases by product"),
            ("ecommerce/sources", hitkeep_commerce.sources, "Purchases by source"),
            ("web-vitals/summary", hitkeep_commerce.vitals_summary, "Web vitals"),
            ("web-vitals/timeseries", hitkeep_commerce.vitals_timeseries, "A web vital over time"),
            ("web-vitals/pages", hitkeep_commerce.vitals_pages, "A web vital by page"),
            ("web-vitals/breakdown", hitkeep_commerce.vitals_breakdown, "A web vital by country, browser or the like"),
        )
    ),
)
