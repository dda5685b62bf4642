"""What a survey runs, and again, when cases break or would take the time of all others: without processes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan

from inline_snapshot import snapshot

from orps_core import cut
from orps_core.domain.execution import Confinement
from orps_core.domain.suite import Nearby, Origin, TestCase
from orps_core.execute.interpreter import Interpreter
from orps_core.execute.job import Job
from orps_core.execute.process import Message
from orps_core.execute.suite import Reading, read_survey
from orps_core.execute.surveying import Ran, survey

ENDLESS, BREAKING = float("inf"), float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Cases of test files in the order in which they stand, and the seconds that each would take.

    ``spans`` are those that the runs so far would have taken.
    """

    seconds: Mapping[str, float]
    spans: list[float] = field(default_factory=list[float])

    def now(self) -> float:
        return sum(self.spans)

    async def run(self, select: Message, wall: float, quiet: float) -> Message:
        """As a harness answers, but without taking the time."""
        told: list[Message] = []
        near, spent = select.get("near", {}), 0.0
        names = [each for each in self.seconds if any(_in(each, place) for place in select["places"])]
        for name in sorted(names, key=lambda each: near.get(each, 99)):
            if name in select.get("without", ()) or name not in select.get("only", (name,)):
                continue
            told.append({"k": "begin", "name": name})
            spent += self.seconds[name]
            self.spans.append(0.0 if isnan(spent) else min(self.seconds[name], quiet))
            if not (spent < wall and self.seconds[name] < quiet):
                return {"messages": told, "reason": None if isnan(spent) else "wall time"}
            told.append(_report(name, self.seconds[name]))
        return {"messages": [*told, {"k": "end"}]}


def _report(name: str, seconds: float) -> Message:
    inside = seconds if "inside" in name else seconds / 10
    outcome = "failed" if "fails" in name else "passed"
    details = {"expected": "", "actual": ""} if outcome == "failed" else {}
    return {
        "k": "case",
        "name": name,
        "outcome": outcome,
        "reached": 1,
        "seconds": seconds,
        "inside": inside,
    } | details


def _in(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}::")


def job_for(
    seconds: Mapping[str, float], *, named: tuple[str, ...] = (), near: str = "", patience: float = 60.0
) -> Job:
    files = dict.fromkeys(name.partition("::")[0] for name in seconds)
    return Job(
        target=cut("/p/mod.py", "def f():\n    pass\n", "f"),
        interpreter=Interpreter(executable="python", version=(3, 11, 0), read=()),
        root="/p",
        module="mod",
        import_paths=(),
        cases=tuple(
            TestCase(name=name, origin=Origin.PYTEST, path="", line=1, found="mentions f") for name in named
        ),
        docstrings=(),
        pytest=(),
        warm=(),
        read=(),
        listed=(),
        overlays=(),
        nearby=tuple(
            Nearby(selector=each, path="", reason="", near=((near, 0),) if near else ()) for each in files
        ),
        patience=patience,
    )


def surveyed(
    seconds: Mapping[str, float], *, named: tuple[str, ...] = (), near: str = "", patience: float = 60.0
) -> Ran:
    job = job_for(seconds, named=named, near=near, patience=patience)
    suite = Suite(seconds=seconds)
    return asyncio.run(survey(job, suite.run, suite.now))


def test_a_case_that_never_ends_takes_no_time_from_those_after_it() -> None:
    ran = surveyed({"a.py::one": 1, "a.py::waits": ENDLESS, "a.py::two": 1, "b.py::three": 1})
    assert list(ran.cases) == ["a.py::one", "a.py::two", "b.py::three"]
    assert ran.unfinished == snapshot(("a.py::waits: there was no time left for it",))


def test_a_case_that_names_the_function_and_never_ends_hides_no_other() -> None:
    ran = surveyed({"a.py::waits": ENDLESS, "a.py::two": 1}, named=("a.py::waits", "a.py::two"))
    assert list(ran.cases) == ["a.py::two"]
    assert ran.unfinished == snapshot(("a.py::waits: there was no time left for it",))


def test_a_slow_case_gets_what_time_is_left_to_itself() -> None:
    ran = surveyed({"a.py::slow": 30, "a.py::two": 1})
    assert list(ran.cases) == ["a.py::two", "a.py::slow"]
    assert ran.unfinished == ()


def test_a_case_that_ends_the_process_is_left_out_of_the_next_one() -> None:
    ran = surveyed({"a.py::one": 1, "a.py::breaks": BREAKING, "a.py::two": 1})
    assert list(ran.cases) == ["a.py::one", "a.py::two"]
    assert ran.unfinished == snapshot(("a.py::breaks: it did not come to an end",))


THREE = {"a.py::one": 1.0, "a.py::two": 1.0, "b.py::three": 1.0}


def test_where_there_is_little_time_what_names_the_function_runs_first_and_then_what_is_near() -> None:
    ran = surveyed(THREE, named=("a.py::two",), near="b.py::three", patience=10)
    assert list(ran.cases) == ["a.py::two", "b.py::three", "a.py::one"]


def test_where_there_is_time_all_run_as_the_project_runs_them() -> None:
    assert list(surveyed(THREE, named=("a.py::two",), near="b.py::three").cases) == list(THREE)


def test_what_names_the_function_runs_even_where_there_was_no_time_for_its_file() -> None:
    seconds = {**{f"a.py::test_{each}": 14.0 for each in range(5)}, "b.py::one": 1.0, "b.py::two": 1.0}
    ran = surveyed(seconds, named=("b.py::two",))
    assert "b.py::two" in ran.cases
    assert "b.py::one" not in ran.cases
    assert "b.py: there was no time left for it" in ran.unfinished


def kept(seconds: Mapping[str, float], *, named: tuple[str, ...] = ()) -> tuple[set[str], tuple[str, ...]]:
    job = job_for(seconds, named=named)
    reading = Reading(job=job, confinement=Confinement(level="strict", mechanisms=()), has_pytest=True)
    found = read_survey(reading, asyncio.run(survey(job, Suite(seconds=seconds).run)))
    return {case.name for case in found.counting}, found.notes


def test_too_long_a_suite_is_cut_to_what_spends_its_time_in_the_function_and_says_so() -> None:
    seconds = {
        "a.py::long": 4.9,
        "a.py::longer": 9.5,
        "a.py::inside": 9.0,
        "a.py::fails": 0.5,
        "b.py::far": 1.9,
        "b.py::inside": 3.0,
    }
    names, notes = kept(seconds, named=("a.py::long", "a.py::longer", "a.py::inside", "a.py::fails"))
    assert names == {"a.py::inside", "a.py::fails", "b.py::inside"}
    (note,) = notes
    assert note.startswith("cut to the 3 of 6 cases with most of their time in the function (12.5 of 28.8 s)")
    assert note.endswith("; 2 more run before anything is shown; left out: 1 (1 name it)")


def test_one_case_that_takes_too_long_is_better_than_none() -> None:
    assert kept({"a.py::long": 20.0}, named=("a.py::long",)) == ({"a.py::long"}, ())
