"""Count what each rule proposes on a folder of modules and how long proposing takes; nothing is executed.

Usage: python tests/bench/rules_on_dev.py FOLDER
"""

import collections
import pathlib
import statistics
import sys
import time

from orps_core.propose.function import Function
from orps_core.propose.mutations import mutations
from orps_core.propose.rules import CATALOGUE
from tests.core.propose.functions import functions


def main(folder: pathlib.Path) -> None:
    counts: collections.Counter[str] = collections.Counter()
    touched: collections.Counter[str] = collections.Counter()
    proposing: list[float] = []
    mutating: list[float] = []
    mutants = 0
    with_any = 0
    for path in sorted(folder.glob("*.py")):
        for name, source in functions(path.read_text(encoding="utf-8")):
            began = time.perf_counter()
            function = Function.parse(source)
            if function is None:
                print(f"not read: {path.name} {name}")
                continue
            found = [rewrite for rule in CATALOGUE for rewrite in rule.rewrites(function)]
            proposing.append(time.perf_counter() - began)
            began = time.perf_counter()
            repairs = list(mutations(function))
            mutating.append(time.perf_counter() - began)
            mutants += len(repairs)
            with_any += bool(found)
            counts.update(rewrite.rule for rewrite in found)
            touched.update({rewrite.rule for rewrite in found})
            broken = [one.rule for one in found if not Function.parses(one.source)]
            if broken:
                print(f"does not parse: {path.name} {name} {broken}")
    for rule in CATALOGUE:
        print(f"{rule.name:22} {counts[rule.name]:4} proposals on {touched[rule.name]:3} functions")
    print(f"{len(proposing)} functions, {with_any} of them with a proposal")
    print(f"{counts.total()} proposals, {mutants} mutations")
    for what, seconds in (("all rules", proposing), ("all mutations", mutating)):
        cuts = statistics.quantiles(seconds, n=20)
        median, high, worst = (1e3 * value for value in (cuts[9], cuts[18], max(seconds)))
        print(f"{what}: median {median:.1f} ms, p95 {high:.1f} ms, max {worst:.1f} ms")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
