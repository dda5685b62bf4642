"""How much of the truth ``orps tests`` finds.

``discovery_recall.py PROJECT TRUTH PYTHON [N] [SEED] [SECONDS] [TESTS …]``

``TRUTH`` is what ``discovery_truth.py`` wrote. N functions are drawn from those that any case enters. To
pytest a text with examples is one case: it is found where any of its examples is. Texts that are no part of
the project's suite, such as docstrings that its pytest is not told to run, are left out. ``TESTS`` are
those that the truth is about, if not all.
"""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from orps_core.source.parse import outline


def functions(project: Path, truth: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    """``FILE::QUALNAME`` of what has a name of its own, and the cases that enter it."""
    found: dict[str, frozenset[str]] = {}
    by_file: dict[str, dict[tuple[int, str], str]] = {}
    for key, cases in truth.items():
        path, line, name = key.rsplit(":", 2)
        if "test" in path or name.startswith("<"):
            continue
        if path not in by_file:
            text = (project / path).read_text(encoding="utf-8")
            lines = {
                (text.encode()[: each.span.start].count(b"\n") + 1, each.name): each.qualname
                for each in outline(text)
            }
            by_file[path] = lines
        qualname = by_file[path].get((int(line), name))
        if qualname is not None:
            found[f"{path}::{qualname}"] = frozenset(cases)
    return found


def suite_of(truth: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(case for cases in truth.values() for case in cases)


def item(case: dict[str, str], project: Path, suite: frozenset[str]) -> str | None:
    """The case as pytest names it; None for an example of a text that is not in the suite."""
    name = case["name"]
    if not name.startswith("doctest:"):
        return name
    path = os.path.relpath(case["path"], project)
    where = name.removeprefix("doctest:").rpartition(":")[0]
    texts = sorted((each for each in suite if each.startswith(f"{path}::")), key=len)
    if where in {"module", path}:
        return next((each for each in texts if each.partition("::")[2].split(".")[-1] in path), None)
    return next((each for each in texts if each.endswith((f".{where}", f"::{where}"))), None)


def main(arguments: list[str]) -> None:
    project, truth, python = Path(arguments[0]), Path(arguments[1]), arguments[2]
    count, seed, seconds = (
        int(given) for given in (arguments[3:6] + ["30", "0", "60"][len(arguments[3:6]) :])
    )
    traced: dict[str, list[str]] = json.loads(truth.read_text(encoding="utf-8"))
    every, suite = functions(project, traced), suite_of(traced)
    chosen = random.Random(seed).sample(sorted(every), min(count, len(every)))
    complete, found_of, expected_of, wrong, crashes = 0, 0, 0, 0, 0
    times: list[float] = []
    orps = str(Path(sys.executable).parent / "orps")
    for name in chosen:
        began = time.monotonic()
        command = [orps, "tests", name, "--python", python, "--format", "json", "--seconds", str(seconds)]
        command += ["--tests", *arguments[6:]] if arguments[6:] else []
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        times.append(time.monotonic() - began)
        if not done.stdout:
            crashes += 1
            print(f"{name}: status {done.returncode} {done.stderr.strip()[-300:]}", flush=True)
            continue
        cases = json.loads(done.stdout)
        found = (item(each, project.resolve(), suite) for each in cases["cases"])
        seen = {name for name in found if name is not None}
        missing, extra = every[name] - seen, seen - every[name]
        complete += not missing
        found_of += len(every[name] & seen)
        expected_of += len(every[name])
        wrong += len(extra)
        print(f"{name}: {len(every[name])} cases, {times[-1]:.1f} s", flush=True)
        if missing or extra:
            print(f"  {len(missing)} missing {sorted(missing)[:3]}, {len(extra)} extra {sorted(extra)[:3]}")
            print(f"  unfinished: {cases['unfinished'][:3]}", flush=True)
    print(
        f"{project.name}: {complete} of {len(chosen)} functions complete; {found_of} of {expected_of} cases;"
        f" {wrong} extra; {crashes} without an answer; median {sorted(times)[len(times) // 2]:.1f} s,"
        f" most {max(times):.1f} s"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
