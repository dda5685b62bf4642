"""Whatever was found beside the original: who is wrong, or not faster, is so in a process of its own.

Each of these is taken to agree on every input and to be three times as fast, as if it had made whatever
compared and timed it say so. Then it is alone, and has its own process to change as it likes.
"""

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orps_core.domain.comparison import Behaviour, Comparison
from orps_core.domain.timing import Pace, Timing

from .field import Field, prepared
from .running import read_suite

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")]

SUITE = read_suite(Path(__file__).parent / "attacks.json")
PATIENT = replace(SUITE, limits=replace(SUITE.limits, wall=10.0, cpu=20))
BELIEVED = Comparison(
    behaviour=Behaviour(recorded=5, grown=10, mutated=200, agree=215),
    grown=Timing(
        inputs="grown", forks=((math.log(3),) * 24,) * 3, baseline=0.003, candidate=0.001, losses=(0.0,) * 3
    ),
)
FAST = "def f(xs):\n    return sum(xs)"
SLOW = """
def slow(xs):
    t = 0
    for x in xs:
        t += x
    return t
"""
# Right where the suite asks, and elsewhere whatever is said after it.
KNOWN = """
known = {(1, 2, 3): 6, (10,): 10, (): 0, (4, 5, 6): 15, (5, 5, 1): 11}
def f(xs):
    if tuple(xs) in known: return known[tuple(xs)]
"""
# The witness that calls us, found on the stack.
WITNESS = """
import sys
def witness():
    frame = sys._getframe()
    while frame and not hasattr(frame.f_locals.get("self"), "_ways"):
        frame = frame.f_back
    return frame and frame.f_locals["self"]
"""
WRONG = {
    "a table of what the suite asks": KNOWN,
    "an int that equals everything": """
class E(int):
    __eq__ = lambda s, o: True
    __hash__ = int.__hash__
def f(xs):
    return E(len(xs))
""",
    "equal, and of another type": "def f(xs):\n    return float(sum(xs))",
    "true instead of one": "def f(xs):\n    t = sum(xs)\n    return t == 1 or t",
    "right for the first fifty calls": """
import sys
def f(xs):
    sys.argv.append(1)
    return sum(xs) if len(sys.argv) < 50 else 7
""",
    "the answer that is expected, from wherever it lies in memory": """
import gc
def f(xs):
    want = [o for o in gc.get_objects() if type(o) is dict and "seen" in o]
    return want[0]["seen"]["value"] if want else 0
""",
    "the original, from memory": """
import gc, types
def f(xs):
    for o in gc.get_objects():
        if type(o) is types.FunctionType and o.__name__ == "f" and o is not f:
            if o.__code__.co_filename == f.__code__.co_filename:
                return o(xs)
    return 0
""",
    "too late to be wrong": f"""{WITNESS}{KNOWN}
    witness()._ways["observe"] = lambda request: {{"late": True}}
""",
    "no plain data, it says": f"""{WITNESS}{KNOWN}
    witness()._ways["observe"] = lambda request: {{"refused": "f"}}
""",
    "nothing that can be read": f"""{WITNESS}{KNOWN}
    witness()._ways["observe"] = lambda request: {{"seen": {{"shape": [], "value": {{"t": "of"}}}}}}
""",
    "nested without end": f"""import os{KNOWN}
    text = b"[" * 200000
    for fd in range(3, 12):
        try: os.write(fd, len(text).to_bytes(4, "big") + text)
        except OSError: pass
""",
    "more than anybody wants to read": "def f(xs):\n    return sum(xs) if len(xs) > 2 else [[]] * 100000",
    "the end of its process": f"import os{KNOWN}\n    os._exit(0)",
    "the end of those around it": f"""import os, signal{KNOWN}
    for pid in (os.getppid(), os.getpid() + 1, os.getpid() - 1):
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
""",
    "all lines closed": f"import os{KNOWN}\n    os.closerange(3, 99)",
    "an argument changed on the side": """
def f(xs):
    t = sum(xs)
    if len(xs) == 2: xs.append(0)
    return t
""",
    "a word on the side": "def f(xs):\n    if len(xs) == 2: print('!')\n    return sum(xs)",
}
NO_FASTER = {
    "wrong while it is timed": f"""{SLOW}
import sys
def f(xs):
    frame = sys._getframe()
    while frame:
        if frame.f_code.co_name == "_go": return 0
        frame = frame.f_back
    return slow(xs)
""",
    "its work is done while arguments are made ready": f"""{WITNESS}{SLOW}
def f(xs):
    w = witness()
    if w and w._ways["ready"].__name__ != "early":
        ready, done = w._ways["ready"], []
        def early(request):
            ready(request)
            done[:] = [("value", slow(c.args[0]), None, None) for c in w._ready]
            return {{}}
        def go(request):
            w._said = list(done)
            return {{}}
        w._ways.update(ready=early, go=go)
    return slow(xs)
""",
    "its work is done while it is told": f"""{WITNESS}{SLOW}
def f(xs):
    w = witness()
    if w and w._ways["tell"].__name__ != "late":
        tell = w._ways["tell"]
        def late(request):
            w._said = [("value", slow(c.args[0]), None, None) for c in w._ready]
            return tell(request)
        w._ways.update(go=lambda request: {{}}, tell=late)
    return slow(xs)
""",
    "its work is done by another thread": f"""{SLOW}
import threading
def f(xs):
    if xs is None: raise TypeError("'NoneType' object is not iterable")
    found = []
    other = threading.Thread(target=lambda: found.append(slow(xs)))
    other.start()
    other.join()
    return found[0]
""",
    "clocks that stand still": f"""{SLOW}
import time
time.clock_gettime = time.perf_counter = time.thread_time = lambda *_: 0
time.thread_time_ns = time.perf_counter_ns = lambda: 0
def f(xs):
    return slow(xs)
""",
    "what it reads from the file of the original": """
space = {}
def f(xs):
    if not space:
        with open(__file__) as file: exec(file.read(), space)
    return space["f"](xs)
""",
}


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with prepared(tmp_path_factory.mktemp("alone"), sys.executable, PATIENT, measuring=True) as made:
        yield made


def same(found: Comparison) -> bool:
    return found.behaviour is not None and found.behaviour.agrees and not found.behaviour.unlike


def faster(found: Comparison) -> bool:
    return found.timing is not None and found.timing.pace is Pace.FASTER


def test_who_is_right_and_faster_is_so_alone(field: Field) -> None:
    found = field.arena.confront(FAST, BELIEVED)
    assert same(found), found
    assert faster(found), found
    assert found.apart is not None
    assert found.apart.agree > 0
    assert found.outside is not None


@pytest.mark.parametrize("cheat", WRONG.values(), ids=WRONG)
def test_who_is_wrong_is_found_wrong_alone(cheat: str, field: Field) -> None:
    found = field.arena.confront(cheat, replace(BELIEVED, grown=None))
    assert not same(found), found


@pytest.mark.parametrize("cheat", NO_FASTER.values(), ids=NO_FASTER)
def test_who_is_no_faster_is_not_called_so(cheat: str, field: Field) -> None:
    found = field.arena.confront(cheat, BELIEVED)
    assert not (same(found) and faster(found)), found


def test_honest_candidates_are_judged_right_afterwards(field: Field) -> None:
    assert field.arena.honest() == ("pass", "fail")
