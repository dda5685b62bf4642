"""Which lines and branches of the target a suite reaches."""

from textwrap import dedent
from typing import Any

from orps_core.execute.harness.config import Config, Limits
from orps_core.execute.harness.covering import Covering

SOURCE = dedent('''\
    import functools

    def other(n):
        return n

    @functools.wraps(other)
    def f(items, limit=2):
        """Words.

        More words.
        """
        out = []
        for item in items:
            if item > limit:
                out.append(item)
            elif item == 0:
                raise ValueError
        if not out: return []
        while len(out) > 5:
            out.pop()
        key = lambda n: (
            -n
        )
        return sorted(out, key=key)
''')


def covered(*calls: Any, source: str = SOURCE, line: int = 6) -> Any:
    limits = Limits(0, 0, 0, 0, 0, 0, 0)
    known: dict[str, Any] = dict.fromkeys(Config.__dataclass_fields__, ())
    known |= {"path": "/m.py", "qualname": "f", "line": line, "overlay": {"/m.py": source}, "limits": limits}
    covering = Covering(Config(**known))
    space: dict[str, Any] = {}
    exec(compile(source, "/m.py", "exec"), space)  # noqa: S102
    function = getattr(space["f"], "__wrapped__", space["f"])
    for call in calls:
        with covering.tracing():
            try:
                space["f"](call)
            except ValueError:
                assert function
    return covering.report()


PLAIN = SOURCE.replace("@functools.wraps(other)\n", "\n")


def report(*calls: Any) -> tuple[list[int], list[list[object]]]:
    found = covered(*calls, source=PLAIN, line=7)
    assert found["whole"]
    return found["missed"], found["branches"]


def test_everything_can_be_reached() -> None:
    assert report([3, 1], [0], [9, 8, 7, 6, 5, 4, 3], []) == ([], [])


def test_lines_and_ways_that_no_case_goes_are_named() -> None:
    missed, branches = report([3])
    assert missed == [16, 17, 20]
    assert branches == [[14, "never false"], [19, "never entered"]]
    missed, branches = report([])
    assert missed == [14, 15, 16, 17, 19, 20, 21, 22, 24]
    assert branches == [[13, "never entered"]]


def test_the_docstring_and_the_head_are_no_lines_that_run() -> None:
    assert covered([3], source=PLAIN, line=7)["lines"][0] == 12


def test_a_target_that_is_never_entered_has_no_report() -> None:
    assert covered(source=PLAIN, line=7) is None


def test_counting_ends_where_too_much_runs() -> None:
    source = "def f(n):\n    while n:\n        n -= 1\n    return n\n"
    found = covered(400_000, source=source, line=1)
    assert not found["whole"]
    assert found["missed"] == [4]
