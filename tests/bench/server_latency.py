"""How quick the server answers, and how much it holds, while runs go on: over stdio, with the real core.

Usage: python tests/bench/server_latency.py [SECONDS]
A document of 20 000 lines and 200 others are open; functions are refined again and again; somebody types.
Told are the answers' times as the client sees them, which shares the cores with the server and its runs; how
long the server took from reading a message to writing the answer, how much of that it had a core, and how
much it computed; and the loop's lag as the server sees it.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.server.editor import Editor
from tests.server.wire import PATIENCE, RICH, Message

FUNCTION = '''def work_{0}(items):
    """Of the numbers those that come twice.

    >>> work_{0}([1, 2, 1])
    [1]
    """
    found = []
    for i in range(len(items)):
        for j in range(i):
            if items[i] == items[j] and items[i] not in found:
                found.append(items[i])
    return found


'''
LONG = FUNCTION.count("\n")


def main(seconds: float) -> int:
    with tempfile.TemporaryDirectory() as name, Editor("tests.server.watched") as editor:
        folder = Path(name)
        (folder / "pyproject.toml").touch()
        editor.start(RICH, rootUri=folder.as_uri())
        editor.configuration = {"budgetSeconds": 20}
        told("idle, nothing open", editor)
        others = opened(editor, folder, 200, 5)
        told("200 documents open", editor)
        big = opened(editor, folder, 1, 20_000 // LONG, "big")[0]
        told("and one of 20 000 lines", editor)
        measure(editor, "nothing runs, small document", others[0], seconds / 3)
        measure(editor, "nothing runs, 20 000 lines", big, seconds / 3)
        jobs = [editor.refine(others[1], "work_0"), editor.refine(others[2], "work_1")]
        measure(editor, "two runs, small document", others[0], seconds, [others[1], others[2]])
        measure(editor, "two runs, 20 000 lines", big, seconds, [others[1], others[2]])
        editor.refine(big, "work_700")
        measure(editor, "a run in it, 20 000 lines", big, seconds)
        for job in jobs:
            editor.command("orps.server.stop", {"jobId": job}, PATIENCE)
    return 0


def opened(editor: Editor, folder: Path, count: int, functions: int, stem: str = "module") -> list[str]:
    made = list[str]()
    for number in range(count):
        path = folder / f"{stem}_{number}.py"
        text = "".join(FUNCTION.format(each) for each in range(functions))
        path.write_text(text)
        editor.show(path.as_uri(), text)
        made.append(path.as_uri())
    editor.command("orps.server.jobs", {})
    return made


def measure(editor: Editor, what: str, uri: str, seconds: float, busy: list[str] | None = None) -> None:
    """Type a character, ask for code actions and lenses at another place; again and again."""
    editor.command("watched.lags")
    editor.command("watched.actions")
    actions, lenses, end, number = list[float](), list[float](), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        number += 1
        line = 8 + LONG * (number % 5)
        version = editor.versions[uri] = editor.versions[uri] + 1
        at = {"line": line, "character": 4}
        change = {"range": {"start": at, "end": at}, "text": "x = 1; "}
        document = {"uri": uri, "version": version}
        editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        began = time.perf_counter()
        params: Message = {
            "textDocument": {"uri": uri},
            "range": {"start": at, "end": at},
            "context": {"diagnostics": [], "triggerKind": 2},
        }
        editor.call("textDocument/codeAction", params)
        actions.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        editor.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
        lenses.append(1000 * (time.perf_counter() - began))
        for other in busy or ():
            function = "work_0" if other == (busy or [""])[0] else "work_1"
            if not [
                each
                for each in editor.command("orps.server.jobs", {"uri": other})["jobs"]
                if each["state"] == "running"
            ]:
                editor.refine(other, function)
        time.sleep(0.03)
    seen = editor.command("watched.lags")
    served = editor.command("watched.actions")
    print(
        f"{what}: code action {spread(actions)} ms; the server took {spread(served['wall'])},"
        f" not waiting for a core {spread(served['ours'])}, computing {spread(served['own'])};"
        f" lens {spread(lenses)}; {len(actions)} times;"
        f" the loop's longest waits {seen['lags'][:5]}, its own work {seen['busy'][:5]},"
        f" waits for a core {seen['queued'][:5]}, for the interpreter {seen['held'][:5]}",
        flush=True,
    )


def spread(times: list[float]) -> str:
    high = statistics.quantiles(times, n=20)[18]
    return f"median {statistics.median(times):.1f}, p95 {high:.1f}, max {max(times):.1f}"


def told(what: str, editor: Editor) -> None:
    print(f"{what}: {editor.command('watched.memory'):.0f} MB", flush=True)


if __name__ == "__main__":
    sys.exit(main(*[float(each) for each in sys.argv[1:2]] or [15.0]))
