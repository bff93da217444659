"""What goals and funnel steps match, as conditions on events."""

from collections.abc import Sequence

from hitkeep_py.catalog.goals import Goal
from hitkeep_py.query.filters import checked_condition
from hitkeep_py.query.logic import AllOf, Logic, OneOf
from hitkeep_py.query.matching import KINDS
from hitkeep_py.query.step import ANY_PAGE, EVENT, Step
from hitkeep_py.reports.goals import step_of

NAMES = {"event": "event", "path": "page"}
NEVER = checked_condition("kind", "is not set", (), "filters")
"""Of no event: each has a kind."""


def goals_logic(goals: Sequence[Goal]) -> Logic:
    return steps_logic([step_of(goal) for goal in goals])


def steps_logic(steps: Sequence[Step]) -> Logic:
    """Of an event that any of them matches. Those without conditions of their own are asked for together."""
    plain = [[step for step in steps if step.type == type and not step.filters] for type in KINDS]
    parts: list[Logic] = [kind_logic(each) for each in plain if each]
    parts += [
        AllOf((kind_logic([step]), *(OneOf(tuple(group)) for group in step.filters))) for step in steps if step.filters
    ]
    return OneOf(tuple(parts)) if parts else NEVER


def kind_logic(steps: Sequence[Step]) -> Logic:
    """Of steps that are all events, or all pages."""
    type = steps[0].type
    kind = checked_condition("kind", "is", [KINDS[type]], "filters")
    if type != EVENT and any(step.value == ANY_PAGE for step in steps):
        return kind
    patterns = [step.value for step in steps if type != EVENT and "*" in step.value]
    values = [step.value for step in steps if step.value not in patterns]
    named: list[Logic] = []
    if values:
        named.append(checked_condition(NAMES[type], "is", values, "filters"))
    if patterns:
        named.append(checked_condition(NAMES[type], "matches", patterns, "filters"))
    return AllOf((kind, OneOf(tuple(named))))
