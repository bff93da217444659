"""Reports asked of one engine, with nothing above it."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.report import Report
from hitkeep_py.questions import Questions
from tests.engines import Engine
from tests.fake_clock import FakeClock

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


def ask(
    engine: Engine,
    report: Callable[Concatenate[Dialect, Arguments], Report[Answer]],
    *arguments: Arguments.args,
    **named: Arguments.kwargs,
) -> Answer:
    questions = Questions(engine.store, FakeClock(), 1, 60.0, lambda: None)
    return questions.answer(questions.request(), report, *arguments, **named)
