"""A site's key figures in HitKeep's shape; its rates are percentages, ours elsewhere are fractions."""

from dataclasses import asdict

from hitkeep_py.server.call import Call, Result


def stats(call: Call) -> Result:
    site = call.site()
    analytics, time_range = call.analytics, call.range(site)
    overview = analytics.overview(site, time_range)
    _, goals = analytics.goal_stats(site, time_range, analytics.catalog.goals.of_site(site.id))
    return Result(
        {
            "live_visitors": analytics.live_visitors(site),
            "total_pageviews": overview.pageviews,
            "total_events": overview.events,
            "unique_visitors": overview.visitors,
            "unique_sessions": overview.sessions,
            "bounce_rate": overview.bounce_rate * 100,
            "avg_session_duration": overview.average_session_duration,
            "pages_per_session": overview.pages_per_session,
            "chart_data": [asdict(point) for point in analytics.series(site, time_range)],
            "goals": [
                {
                    "goal_id": goal.goal_id,
                    "name": goal.name,
                    "conversions": goal.conversions,
                    "conversion_rate": goal.conversion_rate * 100,
                    "events": goal.events,
                    "visitors": goal.visitors,
                }
                for goal in goals
            ],
        }
    )
