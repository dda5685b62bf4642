"""How fast the index answers: a made-up project of 500 test files, cold and warm.

``python tests/bench/discovery.py [FILES]``
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from orps_core.source.discovery import Found, find_cases
from orps_core.source.project import find_project
from orps_core.source.targets import cut

_TESTS = 12


def build(root: Path, count: int) -> None:
    """Every module uses the one before it; every test file uses one module."""
    (root / "pyproject.toml").write_text("")
    (root / "pkg").mkdir()
    (root / "tests").mkdir()
    (root / "pkg" / "__init__.py").write_text("")
    (root / "tests" / "conftest.py").write_text("import pytest\nfrom pkg.m0 import work0\n")
    for n in range(count // 5):
        before = f"from .m{n - 1} import work{n - 1}\n" if n else ""
        body = f"work{n - 1}(x)" if n else "x"
        (root / "pkg" / f"m{n}.py").write_text(f"{before}\ndef work{n}(x):\n    return {body} + 1\n")
    for n in range(count):
        module = n % (count // 5)
        head = f"import pytest\nfrom pkg import m{module} as m\n\nCASES = [(1, 2), (3, 4)]\n"
        tests = "".join(
            f"\n\n@pytest.mark.parametrize(('a', 'b'), CASES)\ndef test_{n}_{each}(a, b, tmp_path):\n"
            f"    found = [m.work{module}(value) for value in (a, b, {each})]\n"
            f"    assert sorted(found) == found, 'work{module} keeps the order'\n"
            for each in range(_TESTS)
        )
        (root / "tests" / f"test_{n}.py").write_text(head + tests)


def ask(root: Path) -> tuple[Found, float, float]:
    """What is found, and the seconds of wall and CPU time it took: a busy machine stretches the first."""
    path = root / "pkg" / "m3.py"
    target = cut(str(path), path.read_text(), "work3")
    wall, cpu = time.perf_counter(), time.process_time()
    found = find_cases(target, find_project(path), {}, ())
    return found, time.perf_counter() - wall, time.process_time() - cpu


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else 500
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        build(root, count)
        found, *cold = ask(root)
        warm = [ask(root)[1:] for _ in range(20)]
        changed = root / "tests" / "test_1.py"
        changed.write_text(changed.read_text() + "\n")
        _, *again = ask(root)
    print(f"{count} test files: {len(found.selectors)} tests by name, {len(found.nearby)} files by distance")
    for name, (wall, cpu) in (("cold", cold), ("one file changed", again)):
        print(f"{name}: {1000 * wall:.0f} ms, {1000 * cpu:.0f} ms of CPU time")
    wall, cpu = (statistics.median(column) for column in zip(*warm, strict=True))
    print(f"warm: {1000 * wall:.0f} ms, {1000 * cpu:.0f} ms of CPU time (median of {len(warm)})")


if __name__ == "__main__":
    main(sys.argv[1:])
