"""Real projects, real processes: what the executor says about what candidates do."""

import asyncio
import sys
import time
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from orps_core import Settings, Unavailable, cut
from orps_core.domain.execution import (
    Baseline,
    Crashed,
    Execution,
    Exhausted,
    Exited,
    Failed,
    Outcome,
    Raised,
)
from orps_core.domain.target import Target
from orps_core.domain.verdict import Objective
from tests.interpreters import VERSIONS, python_of
from tests.projects import SEEN, candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow


def execute(target: Target, *sources: str, settings: Settings | None = None) -> list[Execution]:
    async def work() -> list[Execution]:
        async with executor_for(target, settings) as executor:
            await executor.baseline()
            return [await executor.execute(candidate(source)) for source in sources]

    return asyncio.run(work())


def baseline(target: Target, settings: Settings | None = None) -> Baseline:
    async def work() -> Baseline:
        async with executor_for(target, settings) as executor:
            return await executor.baseline()

    return asyncio.run(work())


@pytest.fixture
def seen(tmp_path: Path) -> Target:
    project(tmp_path, slow=SEEN)
    return target_in(tmp_path / "slow.py", "seen_twice")


def begun_with(target: Target, *lines: str) -> str:
    """The function as it is, with some lines in front of its first statement."""
    return target.source.replace("seen = []", "\n    ".join((*lines, "seen = []")), 1)


def first_outcome(target: Target, *lines: str) -> Outcome:
    (execution,) = execute(target, begun_with(target, *lines))
    return execution.results[0].outcome


def test_a_right_candidate_passes_and_a_wrong_one_says_how_it_differs(seen: Target) -> None:
    right, wrong = execute(seen, seen.source, seen.source.replace("if item in", "if item not in"))
    assert right.correct
    assert wrong.results[0].outcome == Failed(expected="[1]\n", actual="[1, 2]\n")


def test_a_raising_candidate_is_data(seen: Target) -> None:
    outcome = first_outcome(seen, "raise ValueError('no')")
    assert isinstance(outcome, Raised)
    assert (outcome.type, outcome.message) == ("ValueError", "no")


def test_text_that_does_not_compile_fails_every_case(seen: Target) -> None:
    (execution,) = execute(seen, "def seen_twice(items):\n    return (")
    assert isinstance(execution.results[0].outcome, Raised)
    assert execution.results[0].outcome.type == "SyntaxError"


def test_an_endless_loop_is_stopped(seen: Target) -> None:
    began = time.monotonic()
    outcome = first_outcome(seen, "while True: pass")
    assert isinstance(outcome, Exhausted)
    assert outcome.resource == "seconds"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("x = [0] * 10**10", "MemoryError"),
        ("open('/etc/passwd').read()", "PermissionError|FileNotFoundError"),
        ("import socket; socket.socket()", "PermissionError"),
        ("import os; os.fork()", "PermissionError"),
        ("import os; os.kill(os.getppid(), 9)", "PermissionError"),
        ("import os; os.execv('/bin/true', ['true'])", "PermissionError"),
        ("import os; os.listdir(os.path.expanduser('~root'))", "PermissionError|FileNotFoundError"),
    ],
)
def test_what_a_candidate_must_not_do_raises(seen: Target, statement: str, error: str) -> None:
    outcome = first_outcome(seen, statement)
    assert isinstance(outcome, Raised)
    assert outcome.type in error.split("|")  # behind bubblewrap it is not even there


def test_no_file_of_the_project_can_be_written(seen: Target) -> None:
    before = Path(seen.path).read_bytes()
    outcome = first_outcome(seen, f"open({seen.path!r}, 'w').write('gone')")
    assert isinstance(outcome, Raised)
    assert Path(seen.path).read_bytes() == before


def test_secrets_of_the_project_cannot_be_read_and_its_data_can(tmp_path: Path) -> None:
    project(tmp_path, slow=SEEN)
    (tmp_path / ".env").write_text("KEY=1")
    (tmp_path / "data.txt").write_text("ok")
    target = target_in(tmp_path / "slow.py", "seen_twice")
    refused = first_outcome(target, f"open({str(tmp_path / '.env')!r}).read()")
    assert isinstance(refused, Raised)
    (allowed,) = execute(
        target,
        begun_with(target, f"open({str(tmp_path / 'data.txt')!r}).read()"),
    )
    assert allowed.correct


def test_a_candidate_never_sees_the_environment(seen: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "DECOY")
    assert execute(seen, begun_with(seen, "import os; assert 'DECOY' not in str(os.environ)"))[0].correct


def test_a_flood_of_output_is_stopped(seen: Target) -> None:
    outcome = first_outcome(seen, "import sys", "for _ in range(10**6): sys.__stdout__.write('x' * 99)")
    assert isinstance(outcome, Exhausted)
    assert outcome.resource == "bytes of output"


@pytest.mark.parametrize("statement", ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)"])
def test_a_candidate_that_ends_the_process_does_not_pass(seen: Target, statement: str) -> None:
    assert isinstance(first_outcome(seen, statement), Exited | Crashed)


def test_after_every_kind_of_harm_the_next_candidate_is_judged_right(seen: Target) -> None:
    harm = [
        "import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)",
        "import sys; sys.modules.clear()",
        "import builtins; builtins.len = None",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    ]
    *harmed, last = execute(seen, *(begun_with(seen, each) for each in harm), seen.source)
    assert not harmed[0].correct
    assert not harmed[3].correct
    assert last.correct


def test_scratch_space_is_writable(seen: Target) -> None:
    statement = "import tempfile; f = tempfile.NamedTemporaryFile('w', delete=False); f.write('x'); f.close()"
    (execution,) = execute(seen, begun_with(seen, statement))
    assert execution.correct


def test_parametrised_fixtured_and_class_tests_are_cases_and_others_are_not(tmp_path: Path) -> None:
    project(
        tmp_path,
        slow=SEEN,
        test_slow="""
            import pytest, unittest
            from slow import seen_twice as st

            @pytest.fixture
            def twice():
                return st([1, 1])

            @pytest.mark.parametrize("n", [1, 2])
            def test_two(n):
                assert st([n, n]) == [n]

            def test_fixture(twice, tmp_path, capsys, monkeypatch):
                (tmp_path / "a").write_text("a")
                assert twice == [1]

            class TestIn:
                def test_in(self):
                    assert st("aa") == ["a"]

            class Old(unittest.TestCase):
                def setUp(self):
                    self.got = st([2, 2])
                def test_old(self):
                    self.assertEqual(self.got, [2])

            def test_mentions_only():
                assert st is not None

            @pytest.mark.xfail
            def test_expected():
                assert st([]) == 1

            @pytest.mark.skip
            def test_skipped():
                assert st([]) == 1
        """,
    )
    found = baseline(target_in(tmp_path / "slow.py", "seen_twice"))
    assert [case.name.replace("test_slow.py::", "") for case in found.suite.cases] == [
        "doctest:seen_twice:4",
        "test_two[1]",
        "test_two[2]",
        "test_fixture",
        "TestIn::test_in",
        "Old::test_old",
    ]
    assert "test_slow.py::test_mentions_only" in found.unreached
    assert "prove nothing" in " ".join(found.notes)


def test_a_case_that_changes_its_mind_is_set_aside_and_named(tmp_path: Path) -> None:
    project(
        tmp_path,
        slow=SEEN,
        test_slow="""
            import time
            from slow import seen_twice

            def test_flaky():
                seen_twice([])
                assert int(time.time_ns() // 1000) % 2
        """,
    )
    target = target_in(tmp_path / "slow.py", "seen_twice")
    for _ in range(20):
        found = baseline(target)
        if found.notes:
            assert "two runs differ: test_slow.py::test_flaky" in found.notes[0]
            return
    pytest.fail("twenty pairs of coin tosses never differed")


def test_a_conftest_that_imports_the_target_does_not_hide_the_candidate(tmp_path: Path) -> None:
    project(
        tmp_path,
        slow=SEEN,
        conftest="""
            import pytest
            from slow import seen_twice

            @pytest.fixture
            def run():
                return seen_twice
        """,
        test_slow="""
            from slow import seen_twice

            def test_through_fixture(run):
                assert run([1, 1]) == [1]
                assert run is seen_twice
        """,
    )
    target = target_in(tmp_path / "slow.py", "seen_twice")
    right, wrong = execute(target, target.source, target.source.replace("return out", "return None"))
    assert right.passed == 2
    assert wrong.passed == 0


def test_methods_async_functions_and_generators_are_executed_and_compared(tmp_path: Path) -> None:
    text = '''
        import asyncio
        from dataclasses import dataclass

        @dataclass
        class Box:
            items: list

            def total(self):
                """
                >>> Box([1, 2]).total()
                3
                """
                t = 0
                for i in self.items:
                    t += i
                return t

            @staticmethod
            def double(x):
                """
                >>> Box.double(2)
                4
                """
                return x * 2

            @property
            def size(self):
                """
                >>> Box([1]).size
                1
                """
                return len(self.items)

        async def later(x):
            """
            >>> asyncio.run(later(2))
            3
            """
            return x + 1

        def each(n):
            """
            >>> list(each(2))
            [0, 1]
            """
            for i in range(n):
                yield i
    '''
    project(tmp_path, kinds=text)

    async def work(qualname: str) -> tuple[bool, bool]:
        target = target_in(tmp_path / "kinds.py", qualname)
        async with executor_for(target) as executor:
            first = await executor.baseline()
            same = candidate(target.source)
            comparison = await executor.compare(same)
            return first.execution.correct, bool(comparison.behaviour and comparison.behaviour.agrees)

    for qualname in ("Box.total", "Box.double", "Box.size", "later", "each"):
        assert asyncio.run(work(qualname)) == (True, True), qualname


def test_a_changed_behaviour_is_shown_with_its_input(tmp_path: Path) -> None:
    text = '''
        def first(xs):
            """
            >>> first([3, 1])
            [1, 3]
            """
            return sorted(xs)
    '''
    project(tmp_path, m=text)
    target = target_in(tmp_path / "m.py", "first")

    async def work() -> tuple[str, str, str]:
        async with executor_for(target) as executor:
            await executor.baseline()
            mutating = target.source.replace("return sorted(xs)", "xs.sort()\n    return xs")
            comparison = await executor.compare(candidate(mutating))
            assert comparison.behaviour is not None
            difference = comparison.behaviour.differ[0]
            return difference.input, difference.baseline, difference.candidate

    shown = asyncio.run(work())
    assert shown[0] == "[3, 1]"


def test_unsaved_text_is_what_runs(tmp_path: Path) -> None:
    project(tmp_path, slow="def seen_twice(items):\n    return 'on disk'\n")
    path = tmp_path / "slow.py"
    target = cut(str(path), dedent(SEEN).lstrip(), "seen_twice")
    assert baseline(target).execution.correct
    assert "on disk" in path.read_text()


def test_a_syntax_error_elsewhere_does_not_matter(tmp_path: Path) -> None:
    project(tmp_path, slow=SEEN)
    path = tmp_path / "slow.py"
    path.write_text("broken = (1,\n\n" + path.read_text() + "\n\ndef half(:\n    pass\n")
    assert baseline(target_in(path, "seen_twice")).execution.correct


@pytest.mark.parametrize("version", VERSIONS)
def test_every_interpreter_at_hand_runs_candidates(seen: Target, version: str) -> None:
    settings = Settings(python=python_of(version))
    good = seen.source.replace("seen = []", "seen = set()").replace("seen.append", "seen.add")
    right, wrong = execute(seen, good, seen.source.replace("return out", "return 1"), settings=settings)
    assert (right.correct, wrong.correct) == (True, False)
    assert right.confinement.level == "strict"

    async def work() -> bool:
        async with executor_for(seen, settings) as executor:
            await executor.baseline()
            comparison = await executor.compare(candidate(good))
            return bool(comparison.behaviour and comparison.behaviour.agrees and comparison.timing)

    assert asyncio.run(work())


def test_an_import_error_names_the_interpreter_and_the_setting(tmp_path: Path) -> None:
    project(tmp_path, slow="import not_there\n\n" + SEEN.replace("\n    ", "\n"))
    with pytest.raises(Unavailable) as caught:
        baseline(target_in(tmp_path / "slow.py", "seen_twice"))
    assert "No module named 'not_there'" in caught.value.reason
    assert "--python" in caught.value.advice


def test_without_a_test_a_repair_has_nothing_to_be_held_to_and_says_what_would_make_one(
    tmp_path: Path,
) -> None:
    project(tmp_path, bare="def f(x):\n    return x\n")
    target = target_in(tmp_path / "bare.py", "f")
    assert baseline(target).suite.generated
    with pytest.raises(Unavailable) as caught:
        baseline(target, Settings(objective=Objective.FIX))
    assert "no test" in caught.value.reason
    assert ">>> f(" in caught.value.advice


def test_what_is_no_interpreter_is_refused(seen: Target) -> None:
    with pytest.raises(Unavailable, match="does not answer like a Python"):
        baseline(seen, Settings(python="/bin/true"))
    with pytest.raises(Unavailable, match="cannot be started"):
        baseline(seen, Settings(python="/no/such/python"))


def descendants() -> list[int]:
    return [process.pid for process in psutil.Process().children(recursive=True)]


def test_leaving_ends_everything_whatever_the_candidate_does(seen: Target) -> None:
    stubborn = begun_with(
        seen,
        "import signal, ctypes",
        "ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)",
        "for n in range(1, 64):",
        "    try: signal.signal(n, signal.SIG_IGN)",
        "    except Exception: pass",
        "while True: pass",
    )

    async def work() -> float:
        async with executor_for(seen) as executor:
            await executor.baseline()
            running = asyncio.create_task(executor.execute(candidate(stubborn)))
            await asyncio.sleep(0.5)
            began = time.monotonic()
            running.cancel()
        return time.monotonic() - began

    took = asyncio.run(work())
    assert took < 1.5
    assert descendants() == []


def test_nothing_is_left_in_the_temporary_folder(
    seen: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    deep = "for i in range(300): os.mkdir('d', 0o300 * (i % 2)); os.access('d', 1) and os.chdir('d')"
    execute(seen, seen.source, begun_with(seen, "import os", "try:", f"    {deep}", "except OSError: pass"))
    assert list(scratch.iterdir()) == []


def test_the_chosen_interpreter_runs_the_candidate(seen: Target) -> None:
    check = f"import sys; assert sys.executable == {sys.executable!r}"
    assert execute(seen, begun_with(seen, check), settings=Settings(python=sys.executable))[0].correct
