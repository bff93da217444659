"""Questions to the store: within limits, of one state of the store, answered from memory while nothing changes."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hitkeep_py.errors import InvalidInput, QueryBusy, QueryTimeout, StoreDead
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement
from hitkeep_py.questions import (
    KEPT_ANSWER_BYTES,
    KEPT_ANSWER_ROWS,
    KEPT_BYTES,
    KeptAnswers,
    Questions,
    Request,
    weight_of,
)
from hitkeep_py.stores import MOST_ANSWER_ROWS
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.fake_clock import FakeClock
from tests.stored_events import SITE, store_rows

COUNT = Statement("SELECT count(*) FROM events")
MANY = Statement("SELECT count(*) FROM range(10000000000) AS numbers(number) WHERE number % 7 = 3")


@pytest.fixture
def store() -> Iterator[DuckDBStore]:
    opened = DuckDBStore(None)
    store_rows(opened, SITE, {"name": "first"})
    yield opened
    opened.close()


@pytest.fixture
def questions(store: DuckDBStore) -> Questions:
    return questions_of(store)


def questions_of(store: DuckDBStore, threads: int = 2, timeout: float = 5.0) -> Questions:
    return Questions(store, FakeClock(), threads, timeout, lambda: None)


def counted(dialect: Dialect, statement: Statement = COUNT) -> Report[int]:
    rows = yield statement
    return int(rows[0][0])


def test_an_answer_is_kept_until_something_is_stored(store: DuckDBStore, questions: Questions) -> None:
    request = questions.request()
    found = [questions.answer(request, counted) for _ in range(2)]
    store_rows(store, SITE, {"name": "second"})
    found.append(questions.answer(request, counted))
    assert found == [1, 1, 2]
    assert [each.kept for each in request.asked] == [False, True, False]


def test_all_statements_of_a_report_see_one_state_of_the_store(store: DuckDBStore, questions: Questions) -> None:
    def twice(dialect: Dialect) -> Report[list[int]]:
        first = yield COUNT
        store_rows(store, SITE, {"name": "meanwhile"})
        second = yield Statement("SELECT count(*) + 0 FROM events")
        return [first[0][0], second[0][0]]

    assert questions.answer(questions.request(), twice) == [1, 1]
    assert questions.answer(questions.request(), counted) == 2


def test_several_reports_can_see_one_state_of_the_store(store: DuckDBStore, questions: Questions) -> None:
    request = questions.request()
    with questions.one_state(request):
        first = questions.answer(request, counted)
        store_rows(store, SITE, {"name": "meanwhile"})
        again = questions.answer(request, counted, Statement("SELECT count(*) + 0 FROM events"))
    assert (first, again) == (1, 1)
    assert questions.answer(request, counted) == 2


def test_one_state_takes_one_place_until_it_is_left(store: DuckDBStore) -> None:
    questions = questions_of(store, threads=1, timeout=0.05)
    request = questions.request()
    with questions.one_state(request):
        assert questions.answer(request, counted) == questions.answer(request, counted) == 1
        with pytest.raises(QueryBusy):
            questions.answer(questions.request(), counted)
    assert questions.answer(questions.request(), counted) == 1


def test_failure_within_one_state_gives_its_place_back(store: DuckDBStore) -> None:
    deaths: list[str] = []
    questions = Questions(store, FakeClock(), 1, 5.0, lambda: deaths.append("dead"))

    def dying(dialect: Dialect) -> Report[int]:
        yield COUNT
        raise StoreDead("the instance is gone")

    for _ in range(2):
        request = questions.request()
        with pytest.raises(StoreDead), questions.one_state(request):
            questions.answer(request, dying)
    assert deaths == ["dead", "dead"]
    assert questions.answer(questions.request(), counted) == 1


def test_rows_from_before_a_change_are_not_kept_as_of_after_it(store: DuckDBStore, questions: Questions) -> None:
    def overtaken(dialect: Dialect) -> Report[int]:
        store_rows(store, SITE, {"name": "meanwhile"})
        rows = yield COUNT
        return int(rows[0][0])

    assert questions.answer(questions.request(), overtaken) == 1
    assert questions.answer(questions.request(), counted) == 2


SLOW = "count(*) FROM range(3000000) AS numbers(number) WHERE number % 7 = 3"


@pytest.mark.parametrize("rows", [1, KEPT_ANSWER_ROWS + 1], ids=["kept", "too large to keep"])
def test_what_many_ask_at_the_same_time_is_looked_for_once(store: DuckDBStore, rows: int) -> None:
    slow = Statement(f"SELECT found FROM (SELECT {SLOW}) AS slow(found), range({rows})")
    questions, together = questions_of(store, threads=3, timeout=300), threading.Barrier(3)
    requests = [questions.request() for _ in range(3)]

    def ask(request: Request) -> int:
        together.wait()
        return questions.answer(request, counted, slow)

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(ask, requests)) == {3_000_000 // 7}
    assert sorted(each.kept for request in requests for each in request.asked) == [False, True, True]


def test_who_waits_for_what_another_asks_does_so_no_longer_than_the_time_limit(store: DuckDBStore) -> None:
    questions, together = questions_of(store, threads=2, timeout=0.2), threading.Barrier(2)

    def ask(_: int) -> int:
        together.wait()
        return questions.answer(questions.request(), counted, MANY)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(ask, number) for number in range(2)]:
            with pytest.raises(QueryTimeout, match="query_timeout"):
                each.result()


def test_rows_that_are_not_to_be_kept_are_looked_for_by_everyone(store: DuckDBStore, questions: Questions) -> None:
    requests = [questions.request() for _ in range(2)]
    for request in requests:
        request.keep = False
        assert questions.answer(request, counted) == 1
    assert [each.kept for request in requests for each in request.asked] == [False, False]


def test_a_request_has_one_time_limit_for_all_its_reports(store: DuckDBStore) -> None:
    clock = FakeClock()
    questions = Questions(store, clock, 1, 5.0, lambda: None)
    request = questions.request()
    questions.answer(request, counted)
    clock.advance(5.1)
    assert questions.answer(request, counted) == 1, "what is kept costs no time"
    with pytest.raises(QueryTimeout, match=r"5 seconds \(query_timeout\)"):
        questions.answer(request, counted, Statement("SELECT 1 + count(*) FROM events"))


def test_a_question_that_takes_too_long_is_stopped(store: DuckDBStore) -> None:
    questions = questions_of(store, timeout=0.05)
    with pytest.raises(QueryTimeout, match="query_timeout"):
        questions.answer(questions.request(), counted, MANY)
    assert questions.answer(questions_of(store).request(), counted) == 1


def test_too_many_questions_at_once_are_refused(store: DuckDBStore) -> None:
    questions = questions_of(store, threads=1, timeout=0.05)
    asked, go_on = threading.Event(), threading.Event()

    def waiting(dialect: Dialect) -> Report[int]:
        asked.set()
        go_on.wait(10)
        rows = yield COUNT
        return len(rows)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(questions.answer, questions.request(), waiting)
        asked.wait(10)
        with pytest.raises(QueryBusy):
            questions.answer(questions.request(), counted)
        go_on.set()
        assert first.result() == 1


def test_an_answer_has_a_limit_of_rows(questions: Questions) -> None:
    def all_of_them(dialect: Dialect) -> Report[Any]:
        return (yield Statement(f"SELECT 1 FROM range({MOST_ANSWER_ROWS + 1})"))

    with pytest.raises(InvalidInput, match="1000000 rows"):
        questions.answer(questions.request(), all_of_them)


def test_kept_answers_have_a_bound() -> None:
    kept = KeptAnswers()
    rows = [("x" * (KEPT_ANSWER_BYTES - 1_000),)]
    fits = KEPT_BYTES // KEPT_ANSWER_BYTES
    for number in range(fits + 1):
        kept.put(Statement(str(number)), 1, rows)
    assert kept.get(Statement("0"), 1) is None
    assert kept.get(Statement("1"), 1) == rows
    kept.put(Statement("many"), 1, [(number,) for number in range(KEPT_ANSWER_ROWS + 1)])
    assert kept.get(Statement("many"), 1) is None


def test_kept_answer_replaced_by_itself_weighs_once() -> None:
    kept = KeptAnswers()
    for text in ["x", *["x" * 3_000_000] * 50]:
        kept.put(Statement("same" if len(text) > 1 else "other"), 1, [(text,)])
    assert kept.get(Statement("other"), 1) == [("x",)]


LONG = "x" * KEPT_ANSWER_BYTES


@pytest.mark.parametrize("row", [(LONG,), (1, [LONG]), ([["x", (1, LONG)]],), (["x" * 1_000] * 4_200,)])
def test_answer_with_long_texts_is_not_kept(row: tuple[Any, ...]) -> None:
    kept = KeptAnswers()
    kept.put(COUNT, 1, [row])
    assert kept.get(COUNT, 1) is None


def test_long_question_is_not_kept() -> None:
    kept, asked = KeptAnswers(), Statement("SELECT ?", (LONG,))
    kept.put(asked, 1, [])
    assert kept.get(asked, 1) is None


def test_answers_of_an_older_version_are_forgotten() -> None:
    kept = KeptAnswers()
    for number in range(3):
        kept.put(Statement(str(number)), 1, [(1,)])
    kept.put(COUNT, 2, [(2,)])
    assert len(kept._answers) == 1
    assert kept._total == weight_of([(2,)]) + weight_of((COUNT.sql, ()))
    kept.put(Statement("late"), 1, [(1,)])
    assert [kept.get(Statement("late"), version) for version in (1, 2)] == [None, None]
    assert kept.get(COUNT, 2) == [(2,)]


def test_parameters_tell_questions_apart(questions: Questions) -> None:
    request = questions.request()
    answers = [questions.answer(request, counted, Statement("SELECT ?", (value,))) for value in (1, 2, 1)]
    assert answers == [1, 2, 1]
    assert [each.kept for each in request.asked] == [False, False, True]
