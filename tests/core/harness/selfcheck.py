"""Run by old and new interpreters on the harness as it is deployed: ``selfcheck.py HARNESS_FOLDER``."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
import types
from collections.abc import AsyncIterator
from typing import Any

NAME = "_deployed_harness"


def deployed(folder: str) -> dict[str, types.ModuleType]:
    spec = importlib.util.spec_from_file_location(
        NAME, folder + "/__init__.py", submodule_search_locations=[folder]
    )
    assert spec
    assert spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    return {
        name: importlib.import_module(NAME + "." + name)
        for name in (
            "recording",
            "growing",
            "behaviour",
            "differing",
            "transplanting",
            "clocking",
            "forgetting",
            "preloading",
            "weighing",
            "reach",
            "generating",
        )
    }


SOURCE = """
import asyncio, functools
def plain(xs, /, *rest, key=None, **more):
    xs.sort(key=key)
    return xs
def gen(n):
    for i in range(n): yield gen
async def wait(n):
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return n
async def agen(n):
    for i in range(n): yield i
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
class A:
    def __init__(self, n): self.n = n
    def add(self, x):
        def inner(): return self.n + x
        return inner()
    @classmethod
    def made(cls, n): return cls(n)
    @property
    def twice(self): return self.n * 2
    @staticmethod
    def alone(x): return x
"""
USES = {
    "plain": "plain([3, 1], 7, z=1)",
    "gen": "list(zip(gen(2), gen(3)))",
    "wait": "asyncio.run(wait(1))",
    "agen": "asyncio.run(all_of(agen(3)))",
    "fib": "fib(30)",
    "A.add": "A(1).add(2)",
    "A.made": "A.made(1)",
    "A.twice": "A(1).twice",
    "A.alone": "A.alone(1)",
}
COUNTS = {"gen": 2}


async def all_of(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


def module() -> types.ModuleType:
    made = types.ModuleType("project")
    made.__dict__["all_of"] = all_of
    exec(SOURCE, made.__dict__)  # noqa: S102  (text of this file)
    return made


def check_reach(reach: Any) -> None:
    """With and without the marks every use gives the same number of entries as the recorder sees."""
    for name, use in USES.items():
        last = name.rpartition(".")[2]
        line = next(at for at, text in enumerate(SOURCE.split("\n"), 1) if "def " + last + "(" in text)
        line -= SOURCE.split("\n")[line - 2].strip().startswith("@")
        seen = reach.Reach("/x.py", last, line)
        seen.install()
        made = types.ModuleType("project")
        made.__dict__["all_of"] = all_of
        exec(seen.build(SOURCE, "/x.py"), made.__dict__)  # noqa: S102  (text of this file)
        eval(use, made.__dict__)  # noqa: S307  (text of this file)
        assert seen.count == (31 if name == "fib" else COUNTS.get(name, 1)), (name, seen.count)


def main(folder: str) -> None:
    parts = deployed(folder)
    recording, clocking = parts["recording"], parts["clocking"]
    old, new = module(), module()

    def adapt(value: object) -> object:
        return parts["transplanting"].transplant(value, old, new)

    for name, use in USES.items():
        one, other = recording.resolve(old, name), recording.resolve(new, name)
        with recording.Recorder(one.code) as recorder:
            eval(use, old.__dict__)  # noqa: S307  (text of this file)
        assert recorder.reached == COUNTS.get(name, 1), (name, recorder.reached)
        assert recorder.calls, name
        found = parts["differing"].first_difference(one, other, recorder.calls, adapt)
        assert (found.agree, found.differ, found.unstable) == (len(recorder.calls), (), None), (name, found)
        lanes = [
            clocking.Lane(version, recorder.calls, parts["forgetting"].Slate(space))
            for version, space in ((one, old), (other, new))
        ]
        pairs = clocking.clock_pairs(*lanes, pairs=5, block_ns=20_000)
        assert len(pairs.logs) == 5, (name, pairs)
    parts["preloading"].preload(compile("import colorsys\ndef f():\n    import chunky\n", "x", "exec"))
    assert "colorsys" in sys.modules
    sort = recording.resolve(old, "plain")
    calls = [recording.Call(([3, 1, 2],), {"key": None})]
    grown = parts["growing"].grow(calls, functools.partial(clocking.seconds_of, sort), 2)
    assert max(len(one.call.args[0]) for one in grown) > 1000, grown
    check_reach(parts["reach"])
    answers = dict(parts["generating"]._answers(old, "fib", ["fib(7)"]))
    assert answers["fib(7)"] == "13", answers
    foreign = {name.partition(".")[0] for name in sys.modules} & {"numpy", "orps_core", "pytest"}
    assert not foreign, foreign
    print("good")


main(sys.argv[1])
