"""Run by each interpreter at hand: every kind of change, exchanged in the live module and imported anew."""

import importlib
import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

HARNESS = Path(sys.argv[1])


def _harness() -> Any:
    spec = importlib.util.spec_from_file_location(
        "_orps_harness", HARNESS / "__init__.py", submodule_search_locations=[str(HARNESS)]
    )
    assert spec is not None
    sys.modules["_orps_harness"] = importlib.util.module_from_spec(spec)
    return importlib.import_module("_orps_harness.grafting"), importlib.import_module("_orps_harness.warming")


def _config(path: str, kind: dict[str, Any], line: int) -> Any:
    config = importlib.import_module("_orps_harness.config")
    empty: dict[str, Any] = dict.fromkeys(config.Config.__dataclass_fields__, ())
    given = {"path": path, "module": "mod", "line": line, "overlay": {path: kind["before"]}}
    return config.Config(**{**empty, **given, "measured": kind["target"], "qualname": kind["target"]})


def _line(kind: dict[str, Any]) -> int:
    """Of the definition that is changed: the first line that differs lies in it, or directly above it."""
    before, after = kind["before"].split("\n"), kind["after"].split("\n")
    changed = next(n for n, (old, new) in enumerate(zip(before, after)) if old != new)  # noqa: B905  (3.9)
    name = "def " + kind["target"].rpartition(".")[2] + "("
    lines = [n for n, each in enumerate(before) if name in each]
    line = max((n for n in lines if n <= changed), default=lines[0])
    while line and before[line - 1].lstrip().startswith("@"):
        line -= 1
    return line + 1


def _imported(folder: str, text: str, kind: dict[str, Any]) -> None:
    for name, body in (("mod", text), ("uses", kind["uses"])):
        Path(folder, name + ".py").write_bytes(body.encode())
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True


def anew(folder: str, kind: dict[str, Any]) -> object:
    _imported(folder, kind["after"], kind)
    return importlib.import_module("uses").probe()


def exchanged(folder: str, kind: dict[str, Any]) -> object:
    grafting, warming = _harness()
    _imported(folder, kind["before"], kind)
    config = _config(str(Path(folder, "mod.py")), kind, _line(kind))

    class Paused(Exception):
        def __init__(self, graft: Any) -> None:
            self.graft = graft

    def serve(graft: Any, _: Any) -> Any:
        raise Paused(graft)

    def give_up(why: str) -> Any:
        raise grafting.Inexact(why)

    watch = warming.Warming(config, serve, give_up).watch({})
    watch.load()
    uses = importlib.import_module("uses")
    try:
        watch.pause(lambda: None)
    except Paused as paused:
        paused.graft.apply(kind["after"])
        return uses.probe()
    except grafting.Inexact:
        return "inexact"
    return None


def _apart(work: Any, kind: dict[str, Any]) -> object:
    """In a process of its own."""
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            try:
                with tempfile.TemporaryDirectory() as folder:
                    said = work(os.path.realpath(folder), kind)
            except Exception as error:  # noqa: BLE001  (it is the answer)
                said = "inexact" if type(error).__name__ == "Inexact" else repr(error)
            os.write(write, json.dumps(said).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        said = file.read()
    os.wait()
    return json.loads(said or "null")


if __name__ == "__main__":
    kinds = json.load(sys.stdin)
    _harness()  # once for all that are forked
    print(json.dumps({name: [_apart(anew, kind), _apart(exchanged, kind)] for name, kind in kinds.items()}))
