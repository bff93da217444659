"""Sparklytics' goals, funnels, journeys, retention and revenue, in its shapes and units; amounts are whole units."""

from decimal import Decimal
from typing import Any

from hitkeep_py.catalog.funnels import Funnel
from hitkeep_py.catalog.goals import Goal
from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import utc_text
from hitkeep_py.errors import InvalidInput
from hitkeep_py.money import EXPONENTS
from hitkeep_py.query.query import Query
from hitkeep_py.query.step import EVENT, PATH, Step
from hitkeep_py.reports.funnels import FunnelResult, funnel
from hitkeep_py.reports.goals import GoalStats, goals
from hitkeep_py.reports.journeys import journeys
from hitkeep_py.reports.retention import Cohort, retention
from hitkeep_py.server.api.sparklytics_question import answer, previous_days, query_of, read_whole
from hitkeep_py.server.call import Call, Result

VALUE_MODES = {"fixed": "fixed", "event": "event_property", "property": "event_property"}
MODELS = ("first_touch", "last_touch")
ANCHORS = {"page": PATH, "event": EVENT}
ANCHOR_LENGTH = 500
DIRECTIONS = ("next", "previous")
PERIODS = {"day": (30, 30), "week": (8, 12), "month": (12, 12)}
"""Unit of cohorts: how many periods are shown if nothing is said, and at most."""


def list_goals(call: Call) -> Result:
    site = call.site()
    return answer([goal_json(goal, site) for goal in call.analytics.catalog.goals.of_site(site.id)])


def goal_json(goal: Goal, site: Site) -> dict[str, Any]:
    revenue = goal.revenue
    contains = goal.type == PATH and goal.value.count("*") == 2 and goal.value[0] == goal.value[-1] == "*"
    currency = (revenue.currency if revenue else None) or site.currency
    return {
        "id": goal.id,
        "website_id": goal.site_id,
        "name": goal.name,
        "goal_type": goal_type(goal.type),
        "match_value": goal.value.strip("*") if contains else goal.value,
        "match_operator": "contains" if contains else "equals",
        "value_mode": VALUE_MODES[revenue.kind] if revenue else "none",
        "fixed_value": whole_units(revenue.amount, currency) if revenue and revenue.amount is not None else None,
        "value_property_key": revenue.property if revenue else None,
        "currency": currency,
        "created_at": utc_text(goal.created_at),
        "updated_at": utc_text(goal.created_at),
    }


def goal_type(type: str) -> str:
    return "event" if type == EVENT else "page_view"


def whole_units(amount: int, currency: str) -> float:
    return float(Decimal(amount).scaleb(-EXPONENTS[currency]))


def goal_stats(call: Call) -> Result:
    site = call.site()
    goal, query = call.analytics.catalog.goals.get(site.id, call.path["goal_id"]), query_of(call, site)
    sessions, found = one_goal(call, query, goal)
    sessions_before, before = one_goal(call, query.over(previous_days(query.range)), goal)
    rate, rate_before = found.conversion_rate or 0.0, before.conversion_rate or 0.0
    data = {
        "goal_id": goal.id,
        "conversions": found.events,
        "converting_sessions": found.conversions,
        "total_sessions": sessions,
        "conversion_rate": rate,
        "prev_conversions": before.events if sessions_before else None,
        "prev_conversion_rate": rate_before if sessions_before else None,
        "trend_pct": (rate - rate_before) / rate_before * 100 if rate_before else None,
    }
    return answer(data)


def one_goal(call: Call, query: Query, goal: Goal) -> tuple[int, GoalStats]:
    sessions, found = call.answer(goals, query, [goal])
    return sessions, found[0]


def revenue_summary(call: Call) -> Result:
    """Of one goal. Every conversion counts once, so first and last touch have the same sum."""
    site, model = call.site(), (call.last("model") or "last_touch").strip()
    if model not in MODELS:
        raise InvalidInput(f"model must be one of: {', '.join(MODELS)}", field="model")
    if not call.last("goal_id"):
        raise InvalidInput("goal_id is required", field="goal_id")
    goal = call.analytics.catalog.goals.get(site.id, call.last("goal_id") or "")
    _, found = one_goal(call, query_of(call, site), goal)
    amounts = {currency: whole_units(amount, currency) for currency, amount in found.revenue.items()}
    data = {
        "goal_id": goal.id,
        "model": model,
        "conversions": found.events,
        "revenue": sum(amounts.values()) if len(amounts) < 2 else None,
        "revenue_by_currency": amounts,
    }
    return answer(data)


def list_funnels(call: Call) -> Result:
    site = call.site()
    return answer([funnel_json(each) for each in call.analytics.catalog.funnels.of_site(site.id)])


def funnel_json(found: Funnel) -> dict[str, Any]:
    return {
        "id": found.id,
        "website_id": found.site_id,
        "name": found.name,
        "step_count": len(found.steps),
        "created_at": utc_text(found.created_at),
        "updated_at": utc_text(found.created_at),
    }


def funnel_results(call: Call) -> Result:
    site = call.site()
    found = call.analytics.catalog.funnels.get(site.id, call.path["funnel_id"])
    result = call.answer(funnel, query_of(call, site), found.steps, found.window_seconds, found.scope)
    data = {
        "funnel_id": found.id,
        "name": found.name,
        "total_sessions_entered": result.entries,
        "final_conversion_rate": result.conversion_rate,
        "steps": [step_json(result, place) for place in range(len(result.steps))],
    }
    return answer(data)


def step_json(result: FunnelResult, place: int) -> dict[str, Any]:
    """Who dropped off after the step, and did not reach the next one."""
    step = result.steps[place]
    lost = result.steps[place + 1].drop_off if place + 1 < len(result.steps) else 0
    return {
        "step_order": place + 1,
        "label": step.value,
        "sessions_reached": step.count,
        "drop_off_count": lost,
        "drop_off_rate": lost / step.count if step.count else 0.0,
        "conversion_rate_from_start": step.of_first,
        "conversion_rate_from_previous": step.of_previous,
    }


def journey(call: Call) -> Result:
    site = call.site()
    kind, direction = read_choice(call, "anchor_type", tuple(ANCHORS)), read_choice(call, "direction", DIRECTIONS)
    value = (call.last("anchor_value") or "").strip()
    if not value:
        raise InvalidInput("anchor_value is required", field="anchor_value")
    if len(value) > ANCHOR_LENGTH:
        raise InvalidInput(f"anchor_value must be at most {ANCHOR_LENGTH} characters", field="anchor_value")
    depth, query = read_whole(call, "max_depth", 3, 1, 5), query_of(call, site, required=True)
    found = call.answer(journeys, query, Step(ANCHORS[kind], value), direction, depth, with_events=True)
    data = {
        "anchor": {"type": kind, "value": value},
        "direction": direction,
        "max_depth": depth,
        "total_anchor_sessions": found.sessions,
        "branches": [
            {"nodes": [node.name for node in each.nodes], "sessions": each.sessions, "share": each.share}
            for each in found.paths.shown
        ],
    }
    return answer(data)


def read_choice(call: Call, name: str, choices: tuple[str, ...]) -> str:
    given = (call.last(name) or "").strip()
    if not given:
        raise InvalidInput(f"{name} is required", field=name)
    if given not in choices:
        raise InvalidInput(f"{name} must be one of: {', '.join(choices)}", field=name)
    return given


def retained(call: Call) -> Result:
    site, unit = call.site(), (call.last("cohort_granularity") or "week").strip()
    if unit not in PERIODS:
        raise InvalidInput(f"cohort_granularity must be one of: {', '.join(PERIODS)}", field="cohort_granularity")
    default, most = PERIODS[unit]
    periods, query = read_whole(call, "max_periods", default, 1, most), query_of(call, site, required=True)
    found = call.answer(retention, query, unit, site.visitor_period)
    summary = {
        "avg_period1_rate": average(found.cohorts, 1) or 0.0,
        "avg_period4_rate": average(found.cohorts, 4) if periods > 4 else None,
    }
    rows = [cohort_json(each, periods) for each in found.cohorts]
    return answer({"granularity": unit, "max_periods": periods, "rows": rows, "summary": summary})


def cohort_json(cohort: Cohort, periods: int) -> dict[str, Any]:
    shown = list(zip(cohort.retained, cohort.fractions, strict=True))[:periods]
    return {
        "cohort_start": cohort.time[: len("2026-01-31")],
        "cohort_size": cohort.visitors,
        "periods": [{"offset": offset, "retained": count, "rate": rate} for offset, (count, rate) in enumerate(shown)],
    }


def average(cohorts: list[Cohort], offset: int) -> float | None:
    """Of the cohorts of which it is known."""
    rates = [rate for each in cohorts for rate in each.fractions[offset : offset + 1] if rate is not None]
    return sum(rates) / len(rates) if rates else None
