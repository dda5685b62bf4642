import builtins
import doctest
import time

import pytest

from orps_core.execute.harness import sameness
from orps_core.execute.harness.integrity import Integrity

from .made import module_of


def always(*_: object) -> bool:
    return True


def test_nothing_is_broken_where_nothing_was_touched() -> None:
    assert Integrity().broken() == []


def test_what_takes_the_place_of_a_built_in_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = Integrity()
    monkeypatch.setattr(builtins, "isinstance", always)
    broken = noted.broken()
    monkeypatch.undo()
    assert broken == ["isinstance"]


def test_another_method_and_another_code_in_the_same_method_are_both_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checks = "doctest.OutputChecker.check_output"
    noted = Integrity()
    with monkeypatch.context() as patched:
        patched.setattr(doctest.OutputChecker, "check_output", always)
        assert checks in noted.broken()
    with monkeypatch.context() as patched:
        patched.setattr(doctest.OutputChecker.check_output, "__code__", always.__code__)
        assert noted.broken() == [checks]
    assert noted.broken() == []


def test_what_tests_replace_as_a_matter_of_course_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = Integrity()
    monkeypatch.setattr(builtins, "input", always)
    assert noted.broken() == []


def test_clocks_the_harness_and_the_functions_of_the_original_may_be_noted_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = module_of("def f(xs): pass\nclass C:\n    def m(self): pass", "original")
    noted = Integrity()
    noted.note_measures()
    noted.note_functions(original)
    assert noted.broken() == []
    with monkeypatch.context() as patched:
        patched.setattr(time, "thread_time_ns", always)
        patched.setattr(original.f, "__code__", always.__code__)
        patched.setattr(original.C.m, "__code__", always.__code__)
        patched.setattr(sameness, "alike", always)
        changed = {"time.thread_time_ns", "the original (f)", "the original (m)", "the harness (alike)"}
        assert set(noted.broken()) == changed
    assert noted.broken() == []
