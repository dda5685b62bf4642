"""``orps check``: honest rewrites are accepted, others rejected or flagged, with the right sentence."""

import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.projects import SEEN, project

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[3] / "docs" / "evidence.md"
FAST = """
def seen_twice(items):
    seen = set()
    out = []
    for item in items:
        if item in seen:
            out.append(item)
        seen.add(item)
    return out
"""
MIX = '''
    LOG = []

    def mix(xs, scale=2):
        """
        >>> mix([3, 1, 2])
        [2, 4, 6]
        >>> mix([5, 4, 9, 1])
        [2, 8, 10, 18]
        >>> mix([], 1)
        []
        >>> mix([1], 0)
        Traceback (most recent call last):
        ValueError: scale
        """
        if scale == 0:
            raise ValueError("scale")
        if scale < 0:
            raise OverflowError("negative")
        out = []
        for x in xs:
            out.append(x * scale)
        return sorted(out)
'''
BODY = """
    if scale == 0:
        raise ValueError("scale")
    if scale < 0:
        raise OverflowError("negative")
"""


def check(folder: Path, target: str, candidate: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "orps_core", "check", target, "--candidate", "-", *options]
    return subprocess.run(
        command, cwd=folder, input=dedent(candidate), capture_output=True, text=True, check=False, timeout=110
    )


def checked(folder: Path, target: str, candidate: str) -> Any:
    done = check(folder, target, candidate, "--format", "json")
    assert done.returncode in {0, 1}, done.stderr
    found = json.loads(done.stdout)
    assert found["verdict"]["accepted"] is (done.returncode == 0)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path, slow=SEEN, mixing=MIX)


def fits(found: Any, wanted: Any, where: str = "it") -> None:
    """Whether a value has the shape that the page writes down."""
    kinds: dict[str, set[type]] = {"string": {str}, "number": {int, float}, "boolean": {bool}}
    if wanted.__class__ is list:
        for each in found:
            fits(each, wanted[0], f"{where}[]")
    elif wanted.__class__ is dict and "*" in wanted:
        for key, value in found.items():
            fits(value, wanted["*"], f"{where}.{key}")
    elif wanted.__class__ is dict:
        assert set(found) == {key.rstrip("?") for key in wanted}, where
        for key, shape in wanted.items():
            value = found[key.rstrip("?")]
            if value is not None or not key.endswith("?"):
                fits(value, shape, f"{where}.{key}")
    elif wanted in kinds:
        assert type(found) in kinds[wanted], where
    elif wanted != "any":
        assert found in wanted.split("|"), where


def shape() -> Any:
    blocks = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return json.loads(blocks[-1])


def test_a_faster_rewrite_is_accepted_and_its_json_has_the_documented_shape(folder: Path) -> None:
    found = checked(folder, "slow.py::seen_twice", FAST)
    fits(found, shape())
    assert found["verdict"]["accepted"]
    assert found["verdict"]["time"] == "better"
    assert found["behaviour"]["likeness"] == "agrees"
    assert found["behaviour"]["sources"]["mutated"] > 100
    assert found["time"]["ratio"] > 1.2
    assert found["static"]["baseline"]["cognitive"] > 0
    assert found["coverage"]["missed"] == []


BAG = '''
    class Bag:
        def __init__(self, items):
            self._items = list(items)
            self.size = len(self._items)

        def common(self, other):
            """
            >>> Bag([3, 1, 2]).common([2, 3, 4])
            2
            """
            found = 0
            for item in self._items:
                if item in other:
                    found += 1
            return found
'''
COMMON = """
def common(self, other):
    others = set(other)
    return sum(item in others for item in {items})
"""


def test_a_method_is_compared_and_timed_on_larger_instances(tmp_path: Path) -> None:
    folder = project(tmp_path, bag=BAG)
    right = checked(folder, "bag.py::Bag.common", COMMON.format(items="self._items[: self.size]"))
    assert right["verdict"]["accepted"], right
    assert right["verdict"]["time"] == "better"
    wrong = checked(folder, "bag.py::Bag.common", COMMON.format(items="self._items[:50]"))
    assert wrong["behaviour"]["likeness"] == "differs"


def test_who_gives_something_else_after_thousands_of_calls_is_rejected(folder: Path) -> None:
    late = FAST.replace(
        "    seen = set()", "    json.calls = getattr(json, 'calls', 0) + 1\n    seen = set()"
    ).replace("return out", "return out if json.calls < 3000 else []")
    found = checked(folder, "slow.py::seen_twice", "import json\n" + late)
    assert not found["verdict"]["accepted"]
    assert "gives something else while it is timed" in found["verdict"]["reason"]


def test_the_card_has_a_row_for_everything_that_was_looked_at(folder: Path) -> None:
    text = check(folder, "slow.py::seen_twice", FAST)
    assert text.returncode == 0
    assert re.search(r"accepted: [\d.]+× faster", text.stderr)
    rows = re.findall(r"^  (\S+)", text.stdout, re.MULTILINE)
    looked_at = {
        "verdict",
        "tests",
        "behaviour",
        "memory",
        "reached",
        "size",
        "judged",
        "confinement",
        "cost",
    }
    assert {*looked_at} <= {*rows}


def test_the_three_renderings_have_the_same_rows(folder: Path) -> None:
    text, page, table = (
        check(folder, "slow.py::seen_twice", SEEN, "--format", each).stdout
        for each in ("text", "html", "markdown")
    )
    rows = re.findall(r"<th scope='row'>(.*?)</th>", page)
    assert rows == re.findall(r"^\| (\w.*?) \|", table, re.MULTILINE)
    assert [each for each in rows if not re.search(rf"^  {each}  ", text, re.MULTILINE)] == []
    assert len(rows) > 4


@pytest.mark.parametrize(
    "candidate",
    [
        SEEN,
        SEEN.replace("seen = []", "seen = []  # a comment"),
        SEEN.replace("out = []", "out = [ ]").replace('"""Return', '"""Give'),
    ],
)
def test_the_same_code_is_never_better(folder: Path, candidate: str) -> None:
    found = checked(folder, "slow.py::seen_twice", candidate)
    fits(found, shape())
    assert not found["verdict"]["accepted"]
    assert {found["verdict"][each] for each in ("time", "memory", "simplicity", "fix")} == {"equal"}


def test_another_signature_is_rejected(folder: Path) -> None:
    found = checked(folder, "slow.py::seen_twice", "def seen_twice(items, n=2):\n    return []\n")
    fits(found, shape())
    assert not found["verdict"]["accepted"]
    assert "signature" in found["verdict"]["reason"]


def test_a_failing_original_is_judged_by_fix(folder: Path) -> None:
    project(folder, wrong='def double(x):\n    """\n    >>> double(3)\n    6\n    """\n    return x * x\n')
    found = checked(folder, "wrong.py::double", "def double(x):\n    return x + x\n")
    assert found["verdict"]["fix"] == "better"
    assert found["verdict"]["accepted"]
    assert found["behaviour"] is None
    assert found["verdict"]["time"] == "unproven"


ADVERSARIES = {
    "caches across calls": (
        "_seen = {}\ndef mix(xs, scale=2):"
        + BODY
        + """
    key = (tuple(xs), scale)
    if key not in _seen:
        _seen[key] = sorted(x * scale for x in xs)
    return list(_seen[key])
""",
        r"keeps state from call to call in _seen",
    ),
    "hands out its cache": (
        "_seen = {}\ndef mix(xs, scale=2):"
        + BODY
        + """
    key = (tuple(xs), scale)
    if key not in _seen:
        _seen[key] = sorted(x * scale for x in xs)
    return _seen[key]
""",
        r"something else",
    ),
    "counts its calls": (
        "_calls = [0]\ndef mix(xs, scale=2):"
        + BODY
        + "    _calls[0] += 1\n    return sorted(x * scale for x in xs) if _calls[0] < 9000 else []\n",
        r"keeps state from call to call in what its module holds",
    ),
    "precomputes at import": (
        "_TABLE = [n * n for n in range(300_000)]\ndef mix(xs, scale=2):"
        + BODY
        + "    return sorted(x * scale for x in xs)\n",
        r"does work when it is imported",
    ),
    "drops a check": (
        (
            "def mix(xs, scale=2):\n    if scale == 0:\n        raise ValueError('scale')\n"
            "    return sorted(x * scale for x in xs)\n"
        ),
        r"made-up inputs|something else",
    ),
    "switches off collection": (
        "import gc\ndef mix(xs, scale=2):"
        + BODY
        + "    gc.disable()\n    return sorted(x * scale for x in xs)\n",
        r"something else",
    ),
    "switches off collection at import": (
        "import gc\n_off = gc.disable()\ndef mix(xs, scale=2):"
        + BODY
        + "    return sorted(x * scale for x in xs)\n",
        r"importing it changes the garbage collector",
    ),
    "changes its argument": (
        "def mix(xs, scale=2):" + BODY + "    xs.sort()\n    return sorted(x * scale for x in xs)\n",
        r"the same, but it leaves its arguments as",
    ),
    "returns an iterator": (
        "def mix(xs, scale=2):" + BODY + "    return iter(sorted(x * scale for x in xs))\n",
        r"pass|something else",
    ),
    "changes an exception": (
        (
            "def mix(xs, scale=2):\n    if scale == 0:\n        raise KeyError('scale')\n"
            "    return sorted(x * scale for x in xs)\n"
        ),
        r"pass|something else",
    ),
    "answers from a table": (
        "_KNOWN = {(3, 1, 2): [2, 4, 6], (5, 4, 9, 1): [2, 8, 10, 18]}\ndef mix(xs, scale=2):"
        + BODY
        + "    return list(_KNOWN.get(tuple(xs), []))\n",
        r"something else",
    ),
}


@pytest.mark.parametrize("name", ADVERSARIES)
def test_what_looks_right_and_is_not_is_rejected_or_flagged(folder: Path, name: str) -> None:
    candidate, sentence = ADVERSARIES[name]
    found = checked(folder, "mixing.py::mix", candidate)
    said = [found["verdict"]["reason"], *found["verdict"]["flags"]]
    assert not found["verdict"]["accepted"] or found["verdict"]["flags"], found
    assert any(re.search(sentence, each) for each in said), said


@pytest.mark.parametrize(
    ("candidate", "says"),
    [
        ("--- a/slow.py\n+++ b/slow.py\n@@ -1 +1 @@\n", "is a diff"),
        ("def other(): pass\n", "defines no function 'seen_twice'"),
        ("def seen_twice(items:\n", "does not parse"),
    ],
)
def test_what_cannot_be_checked_gets_a_sentence(folder: Path, candidate: str, says: str) -> None:
    done = check(folder, "slow.py::seen_twice", candidate)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
