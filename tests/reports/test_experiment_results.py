"""Results of an experiment: who belongs to a variant, and what counts as its success."""

from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.experiments import Experiment
from hitkeep_py.catalog.sites import Site
from hitkeep_py.inference import Counts, compare
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.experiments import VariantResult, experiment_results, finding, split_of, variant_result
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.stored_events import OTHER_SITE, store_rows

Figures = tuple[int, int, int]
HOUR_MS = 3_600_000
VARIANTS = [{"name": "Blue", "id": "blue"}, {"name": "Green", "id": "green"}]


@pytest.fixture
def experiment(analytics: Analytics, site: Site) -> Experiment:
    return analytics.catalog.experiments.add(site.id, "Colour", VARIANTS, id="colour")


@pytest.fixture
def day(clock: FakeClock) -> TimeRange:
    """12 hours before and after noon."""
    return TimeRange(clock.now_ms() - 12 * HOUR_MS, clock.now_ms() + 12 * HOUR_MS)


class Story:
    """What happened, hour by hour from midnight on; `figures` are visitors, impressions and conversions by variant."""

    def __init__(self, analytics: Analytics, site: Site, experiment: Experiment, day: TimeRange) -> None:
        self.analytics, self.site, self.experiment, self.day = analytics, site, experiment, day
        self.rows: list[dict[str, Any]] = []

    def seen(self, visitor: int, variant: str, hour: float = 1, **columns: Any) -> "Story":
        exposure = {"kind": "exposure", "experiment_id": self.experiment.id, "variant_id": variant}
        return self._add(visitor, hour, {**exposure, **columns})

    def converted(self, visitor: int, hour: float = 2, name: str = "buy", **columns: Any) -> "Story":
        return self._add(visitor, hour, {"kind": "event", "name": name, "category": "conversion", **columns})

    def _add(self, visitor: int, hour: float, columns: dict[str, Any]) -> "Story":
        self.rows.append({"visitor_id": visitor, "time": self.day.start + int(hour * HOUR_MS), **columns})
        return self

    def figures(self) -> dict[str, Figures]:
        store_rows(self.analytics.store, self.site.id, *self.rows)
        found = self.analytics.answer(
            experiment_results,
            Query(self.site.id, self.day),
            self.experiment.id,
            self.experiment.event,
            [each.id for each in self.experiment.variants],
        )
        assert [each.variant_id for each in found] == ["blue", "green"]
        for each in found:
            assert each.conversion_rate == (each.conversions / each.visitors if each.visitors else 0.0)
        return {each.variant_id: (each.visitors, each.impressions, each.conversions) for each in found}


@pytest.fixture
def story(analytics: Analytics, site: Site, experiment: Experiment, day: TimeRange) -> Story:
    return Story(analytics, site, experiment, day)


def test_experiment_that_nobody_saw_has_zeros(story: Story) -> None:
    assert story.converted(1).figures() == {"blue": (0, 0, 0), "green": (0, 0, 0)}


def test_visitor_who_saw_a_variant_and_then_converted_is_its_success(story: Story) -> None:
    story.seen(1, "blue").seen(2, "blue").seen(3, "green").converted(1)
    assert story.figures() == {"blue": (2, 2, 1), "green": (1, 1, 0)}


def test_visitor_counts_once_however_often_it_saw_and_converted(story: Story) -> None:
    story.seen(1, "blue").seen(1, "blue", 1.5).converted(1).converted(1, 3)
    assert story.figures()["blue"] == (1, 2, 1)


def test_visitor_belongs_to_the_variant_of_the_first_exposure(story: Story) -> None:
    story.seen(1, "green", 2).seen(1, "blue", 1).converted(1, 3)
    assert story.figures() == {"blue": (1, 1, 1), "green": (0, 1, 0)}


def test_of_two_exposures_at_the_same_time_the_one_accepted_first_counts(story: Story) -> None:
    story.seen(1, "green").seen(1, "blue").converted(1)
    assert story.figures() == {"blue": (0, 1, 0), "green": (1, 1, 1)}


def test_conversion_at_the_time_of_the_exposure_counts_and_one_before_does_not(story: Story) -> None:
    story.seen(1, "blue", 2).converted(1, 2).seen(2, "green", 2).converted(2, 1.999)
    assert story.figures() == {"blue": (1, 1, 1), "green": (1, 1, 0)}


def test_event_that_names_a_variant_counts_for_it_whoever_the_visitor_is(story: Story) -> None:
    named: dict[str, Any] = {"experiment_id": "colour", "variant_id": "green"}
    story.seen(1, "green").converted(9, **named).converted(9, 3, **named)
    assert story.figures() == {"blue": (0, 0, 0), "green": (2, 1, 1)}


def test_event_that_names_a_variant_does_not_count_for_the_visitors_own(story: Story) -> None:
    story.seen(1, "blue").converted(1, experiment_id="colour", variant_id="green")
    assert story.figures() == {"blue": (1, 1, 0), "green": (1, 0, 1)}


def test_event_that_names_a_variant_needs_no_exposure_before(story: Story) -> None:
    story.seen(1, "green", 3).converted(1, 2, experiment_id="colour", variant_id="green")
    assert story.figures()["green"] == (1, 1, 1)


@pytest.mark.parametrize(
    "named",
    [
        {"experiment_id": "other", "variant_id": "green"},
        {"experiment_id": "colour", "variant_id": "red"},
        {"experiment_id": "colour", "variant_id": None},
        {"experiment_id": None, "variant_id": "green"},
    ],
)
def test_event_that_names_no_variant_of_this_experiment_counts_by_its_visitor(
    named: dict[str, Any], story: Story
) -> None:
    story.seen(1, "blue").converted(1, **named).converted(2, **named)
    assert story.figures() == {"blue": (1, 1, 1), "green": (0, 0, 0)}


def test_exposures_of_other_experiments_and_variants_do_not_count(story: Story) -> None:
    story.seen(1, "blue", experiment_id="other").seen(2, "red").seen(2, "blue", 1.5).converted(1).converted(2)
    assert story.figures() == {"blue": (1, 1, 1), "green": (0, 0, 0)}


def test_without_an_event_every_conversion_counts_and_nothing_else(story: Story) -> None:
    story.seen(1, "blue").seen(2, "blue").seen(3, "blue").seen(4, "green")
    story.converted(1, name="anything").converted(2, category=None).converted(3, category="Conversion")
    story.converted(4, kind="identify")
    assert story.figures() == {"blue": (3, 3, 1), "green": (1, 1, 0)}


def test_with_an_event_only_that_one_counts_of_whatever_category(
    analytics: Analytics, site: Site, story: Story
) -> None:
    story.experiment = analytics.catalog.experiments.change(site.id, "colour", {"event": "buy"})
    story.seen(1, "blue").seen(2, "blue").seen(3, "blue")
    story.converted(1, category=None).converted(2, name="Buy").converted(3, kind="pageview")
    assert story.figures()["blue"] == (3, 3, 1)


def test_what_is_flagged_or_of_another_site_or_time_does_not_count(story: Story) -> None:
    elsewheres: list[dict[str, Any]] = [{"flagged": "bot"}, {"site_id": OTHER_SITE}]
    for elsewhere in elsewheres:
        story.seen(1, "blue", **elsewhere).seen(2, "green").converted(2, **elsewhere)
    story.seen(3, "blue", -0.001).converted(3).seen(4, "blue").converted(4, 24)
    assert story.figures() == {"blue": (1, 1, 0), "green": (1, 2, 0)}


def test_results_over_http_are_those_of_the_range(logged_in: HttpClient, site: Site, story: Story) -> None:
    story.seen(1, "blue").seen(2, "blue").converted(1).figures()
    path = f"/api/sites/{site.id}/experiments/colour/results"
    answer = logged_in.get(path, params={"from": "2026-11-20", "to": "2026-11-20"}).json()
    blue = {"exposed": 2, "visitors": 2, "impressions": 2, "conversions": 1, "events": 1, "conversion_rate": 0.5}
    green = {"exposed": 0, "visitors": 0, "impressions": 0, "conversions": 0, "events": 0, "conversion_rate": 0.0}
    unknown: dict[str, object] = dict.fromkeys(("difference", "uplift", "interval", "p_value", "always_valid"))
    seen = {"outcome": "too_early", "verdict": "Blue and Green have not both been seen yet."}
    assert answer == {
        "experiment_id": "colour",
        "name": "Colour",
        "from": "2026-11-20T00:00:00.000Z",
        "to": "2026-11-21T00:00:00.000Z",
        "time_zone": "UTC",
        "control": "blue",
        "sample_ratio": {
            "p_value": None,
            "mismatch": False,
            "verdict": "There are too few visitors to check the split.",
        },
        "variants": [
            {"variant_id": "blue", "name": "Blue", **blue, "comparison": None},
            {"variant_id": "green", "name": "Green", **green, "comparison": {**unknown, **seen}},
        ],
    }
    earlier = logged_in.get(path, params={"to": "2026-11-19"}).json()
    assert {each["visitors"] for each in earlier["variants"]} == {0}


def test_results_of_an_unknown_experiment_are_404(logged_in: HttpClient, site: Site, experiment: Experiment) -> None:
    for path in (f"/api/sites/{site.id}/experiments/nothing/results", "/api/sites/nothing/experiments/colour/results"):
        assert logged_in.get(path).status_code == 404
    assert logged_in.get(f"/api/sites/{site.id}/experiments/colour/results?from=x").status_code == 400


def crowd(story: Story, variant: str, visitors: int, conversions: int) -> None:
    first = len(story.rows)
    for visitor in range(first, first + visitors):
        story.seen(visitor, variant)
        if visitor < first + conversions:
            story.converted(visitor)


def test_variant_is_compared_with_the_first_or_the_one_that_is_named(
    logged_in: HttpClient, site: Site, story: Story
) -> None:
    crowd(story, "blue", 400, 40)
    crowd(story, "green", 400, 100)
    story.figures()
    path = f"/api/sites/{site.id}/experiments/colour/results"
    days = {"from": "2026-11-20", "to": "2026-11-20"}
    answer = logged_in.get(path, params=days).json()
    blue, green = answer["variants"]
    assert (answer["control"], answer["sample_ratio"]["mismatch"]) == ("blue", False)
    assert answer["sample_ratio"]["p_value"] == 1.0
    assert blue["comparison"] is None
    expected = compare(Counts(400, 40), Counts(400, 100))
    assert expected is not None
    assert expected.always_valid is not None
    found = green["comparison"]
    assert (found["difference"], found["uplift"]) == (pytest.approx(0.15), pytest.approx(1.5))
    assert found["interval"] == {"lower": expected.fixed.interval.lower, "upper": expected.fixed.interval.upper}
    assert found["p_value"] == expected.fixed.p_value
    assert found["always_valid"]["p_value"] == expected.always_valid.p_value
    assert found["outcome"] == "better"
    assert found["verdict"].startswith("Green converts better than Blue: the difference is between +")
    turned = logged_in.get(path, params={**days, "control": "green"}).json()
    assert turned["control"] == "green"
    assert turned["variants"][1]["comparison"] is None
    assert turned["variants"][0]["comparison"]["outcome"] == "worse"
    assert turned["variants"][0]["comparison"]["difference"] == pytest.approx(-0.15)
    assert logged_in.get(path, params={**days, "control": "red"}).json()["error"]["field"] == "control"


def result(exposed: int, visitors: int, conversions: int) -> VariantResult:
    return variant_result("x", exposed, visitors, exposed, conversions, conversions)


def outcome_of(control: VariantResult, variant: VariantResult, comparisons: int = 1) -> tuple[str, str]:
    found = finding(control, variant, ("A", "B"), comparisons, split_of([control, variant], [1, 1]))
    return found.outcome, found.verdict


def test_split_is_checked_by_those_who_were_exposed() -> None:
    broken = split_of([result(1000, 1000, 10), result(1200, 1200, 10)], [1, 1])
    assert broken.mismatch
    assert broken.p_value is not None
    assert broken.p_value < 0.001
    # As many more who converted by name alone say nothing of the split.
    assert not split_of([result(1000, 1000, 10), result(1000, 1200, 210)], [1, 1]).mismatch
    assert not split_of([result(1000, 1000, 10), result(3000, 3000, 10)], [1, 3]).mismatch
    assert split_of([result(0, 9, 9), result(0, 8, 8)], [1, 1]).p_value is None
    assert outcome_of(result(1000, 1000, 10), result(1200, 1200, 100))[0] == "split_broken"


def test_verdicts_say_what_is_shown_and_to_whom() -> None:
    assert outcome_of(result(5, 5, 1), result(0, 0, 0)) == ("too_early", "A and B have not both been seen yet.")
    assert outcome_of(result(20, 20, 1), result(20, 20, 3))[0] == "too_early"
    assert outcome_of(result(1000, 1000, 100), result(1000, 1000, 40))[0] == "worse"
    same = outcome_of(result(1000, 1000, 100), result(1000, 1000, 101))
    assert same[0] == "no_difference_shown"
    assert "between -" in same[1]
    # p = 0.03: shown to one look, not to many; nor to one of two comparisons.
    once = outcome_of(result(1000, 1000, 100), result(1000, 1000, 131))
    assert once[0] == "no_difference_shown"
    assert "only look" in once[1]
    assert "only look" not in outcome_of(result(1000, 1000, 100), result(1000, 1000, 131), comparisons=2)[1]
    assert "below 0.025" in outcome_of(result(1000, 1000, 100), result(1000, 1000, 131), comparisons=2)[1]
