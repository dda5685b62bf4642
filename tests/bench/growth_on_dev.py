"""How many functions with loops reach a measurable time when grown: ``growth_on_dev.py PLACE [SECONDS [N]]``.

Every N-th module is looked at. PLACE is a folder of modules, whose doctests are recorded once for each
top-level function, or a file of problems (JSON lines, also compressed), of which the reference is grown from
the visible tests. Each module runs in a process of its own with limits on memory and CPU time.
"""

import ast
import contextlib
import doctest
import gzip
import importlib.util
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

from orps_core.execute.harness.clocking import seconds_of
from orps_core.execute.harness.growing import grow
from orps_core.execute.harness.limiting import TooLong, limited
from orps_core.execute.harness.recording import Call, Recorder, Resolved, resolve

ENOUGH = 0.001
ONE_RUN = 0.15
Row = dict[str, object]


def loops(function: ast.FunctionDef) -> bool:
    kinds = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    return any(
        isinstance(node, kinds)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function.name)
        for node in ast.walk(function)
    )


def recorded(module: ModuleType, resolved: Resolved) -> tuple[Call, ...]:
    recorder = Recorder(resolved.code)
    visible = Path(module.__file__ or "").with_suffix(".tests")
    if visible.exists():
        for test in json.loads(visible.read_text(encoding="utf-8")):
            with contextlib.suppress(Exception, TooLong), limited(5), recorder:
                exec(test, module.__dict__)  # noqa: S102  (in a process of its own, with limits)
        return recorder.calls
    runner = doctest.DocTestRunner(verbose=False)
    with contextlib.redirect_stdout(io.StringIO()):
        for test in doctest.DocTestFinder().find(module):
            with contextlib.suppress(TooLong), limited(5), recorder:
                runner.run(test, out=lambda _: None)
    return recorder.calls


def row_of(module: ModuleType, function: ast.FunctionDef, seconds: float) -> Row:
    resolved = resolve(module, function.name)
    calls = recorded(module, resolved)

    def run(call: Call) -> float | None:
        try:
            with limited(ONE_RUN):
                return seconds_of(resolved, call)
        except TooLong:
            return None

    started = time.perf_counter()
    grown = grow(calls, run, seconds) if calls else []
    return {
        "function": f"{Path(module.__file__ or '').stem}.{function.name}",
        "loops": loops(function),
        "calls": len(calls),
        "grown": [(one.how, round(one.factor, 1), one.seconds) for one in grown],
        "reached": max((one.seconds for one in grown), default=0.0),
        "spent": time.perf_counter() - started,
    }


def child(path: str, seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    for node in ast.parse(Path(path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            print(json.dumps(row_of(module, node, seconds)), flush=True)


def rows_of(path: Path, seconds: float) -> list[Row]:
    done = subprocess.run(
        [sys.executable, __file__, "--one", str(path), str(seconds)],
        capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        print(path.name, "ended with", done.returncode, done.stderr.strip().splitlines()[-1:])
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def written(problems: Path, folder: Path) -> None:
    """A module and its visible tests for each problem."""
    opener = gzip.open if problems.suffix == ".gz" else open
    with opener(problems, "rt", encoding="utf-8") as file:
        for line in file:
            found = json.loads(line)
            name = found["task_id"].replace("/", "_")
            (folder / f"{name}.py").write_text(f"{found['setup']}\n{found['reference']}\n", encoding="utf-8")
            (folder / f"{name}.tests").write_text(json.dumps(found["visible_tests"]), encoding="utf-8")


def main(place: str, seconds: float, every: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(place)
        if folder.is_file():
            written(folder, Path(made))
            folder = Path(made)
        counted: list[Row] = []
        for path in sorted(folder.glob("*.py"))[::every]:
            found = [row for row in rows_of(path, seconds) if row["loops"] and row["calls"]]
            counted += found
            for row in found:
                how = [f"{how} x{factor} {taken * 1e3:.2f} ms" for how, factor, taken in row["grown"]]  # type: ignore[attr-defined]  # JSON
                said = f"{float(str(row['reached'])) * 1e3:9.3f} ms  {row['function']}  {'; '.join(how)}"
                print(said, flush=True)
    reached = sum(float(str(row["reached"])) >= ENOUGH for row in counted)
    spent = [float(str(row["spent"])) for row in counted]
    print(f"{reached} of {len(counted)} functions with a loop or recursion reach {ENOUGH * 1e3:.0f} ms")
    print(f"seconds spent: median {statistics.median(spent):.2f}, most {max(spent):.2f}")


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        child(sys.argv[2], float(sys.argv[3]))
    else:
        numbers = [*sys.argv[2:], *("0.7", "1")[len(sys.argv) - 2 :]]
        main(sys.argv[1], float(numbers[0]), int(numbers[1]))
