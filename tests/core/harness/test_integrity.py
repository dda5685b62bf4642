import builtins
import doctest

import pytest

from orps_core.execute.harness.integrity import Integrity


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
