"""The same attacks where there is no outer wall, in every Python at hand, and by a user without rights.

By default those that stand for their kind or depend on the interpreter; all with ``ORPS_ATTACKS=full``.
"""

import os
import pwd
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.interpreters import VERSIONS, python_of

from .checking import hold
from .field import Field, prepared
from .running import Attack, read_attacks, read_suite

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux"),
]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SUITE = read_suite(HERE / "attacks.json")
FULL = os.environ.get("ORPS_ATTACKS") == "full"
HERE_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
TYPICAL = frozenset({
    "esc_kill_parent", "esc_multiprocessing_left", "net_unix_path", "own_acts_when_it_is_torn_down",
    "own_an_error_that_is_no_text", "own_datagrams_from_a_pair", "own_every_way_to_start_a_process",
    "own_hooks_everywhere", "own_links_that_the_project_has", "own_pairs_that_honest_code_uses",
    "own_recursion_without_end", "own_what_the_kernel_tells", "read_project_dotenv", "res_cpu_regex",
    "res_ctypes_segfault", "res_memory_swallowed", "write_tmp_outside",
    "fake_always_equal_int_subclass", "fake_jumps_over_the_check", "fake_modules_swapped", "rpc_bad_tags",
})  # fmt: skip


def chosen(*attacks: Attack) -> list[Attack]:
    return [each for each in attacks if FULL or each.name in TYPICAL]


HELD = chosen(*SUITE.attacks, *read_attacks(HERE / "own.json"))
FAKED = chosen(*read_attacks(HERE / "fakes.json"))
# The first, walled here, is what test_attacks.py runs.
COMBINATIONS = [
    (wall, version)
    for version in (HERE_VERSION, *(each for each in VERSIONS if each != HERE_VERSION))
    for wall in ("walled", "bare")
    if (wall, version) != ("walled", HERE_VERSION) and (FULL or wall == "walled" or version == HERE_VERSION)
]


@pytest.fixture(scope="module", params=COMBINATIONS, ids="-".join)
def field(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    wall, version = request.param
    python = sys.executable if version == HERE_VERSION else python_of(version)
    base = tmp_path_factory.mktemp(f"{wall}{version.replace('.', '')}")
    with prepared(base, python, SUITE, walled=wall == "walled") as made:
        yield made


@pytest.mark.parametrize("attack", HELD, ids=lambda each: each.name)
def test_it_is_held_there_too(attack: Attack, field: Field) -> None:
    hold(attack, field)


@pytest.mark.parametrize("attack", FAKED, ids=lambda each: each.name)
def test_it_is_not_confirmed_there_either(attack: Attack, field: Field) -> None:
    assert not field.arena.confirms(field.filled_in(attack.snippet)), attack.must


@pytest.fixture(scope="module")
def ordinary() -> dict[str, str]:
    """What a run of the attacks by a user without rights said of each: nothing if it was held."""
    if os.getuid() != 0:
        pytest.skip("this is the run of a user without rights")
    # Not below pytest's own folder, into which nobody else may look.
    with tempfile.TemporaryDirectory(prefix="orps-attacks-") as folder:
        return _said_to_nobody(Path(folder))


def _said_to_nobody(home: Path) -> dict[str, str]:
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    paths = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": ":".join(paths)}

    def as_nobody(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, env=environment | {"ORPS_ATTACKS": "full" if FULL else ""}, user=nobody.pw_uid,
            group=nobody.pw_gid, extra_groups=[], capture_output=True, text=True, check=False,
        )  # fmt: skip

    python = _usable_by(as_nobody)
    if python is None:
        pytest.skip("a user without rights can start no interpreter that has what the tests need")
    names = " or ".join(each.name for each in HELD)
    report = home / "report.xml"
    done = as_nobody(
        python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={home / 'base'}",
        f"--junitxml={report}", "-k", f"({names}) and (test_attacks or bare-{HERE_VERSION})",
        "tests/attacks/test_attacks.py", "tests/attacks/test_combinations.py",
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    return {
        str(case.get("name")): "".join(problem.get("message", "") for problem in case)
        for case in ET.parse(report).iter("testcase")  # noqa: S314  (our own test run wrote it)
    }


# An environment is made from the interpreter that it stems from.
_USABLE = """
import os, sys
import pytest, psutil, libcst, tests.attacks.running
sys.exit(not os.access(sys._base_executable, os.X_OK))
"""


def _usable_by(start: Callable[..., subprocess.CompletedProcess[str]]) -> str | None:
    for python in (sys.executable, f"/usr/bin/python{HERE_VERSION}", f"/usr/local/bin/python{HERE_VERSION}"):
        try:
            if not start(python, "-c", _USABLE).returncode:
                return python
        except OSError:
            continue
    return None


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("attack", [each.name for each in HELD])
def test_it_is_held_for_a_user_without_rights(attack: str, ordinary: dict[str, str]) -> None:
    said = {
        name: text
        for name, text in ordinary.items()
        if name.rpartition("[")[2].rpartition("-")[2] == f"{attack}]"
    }
    assert len(said) == 2, "with the outer wall and without"
    assert not any(said.values()), said
