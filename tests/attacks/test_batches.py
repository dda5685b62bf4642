"""What one candidate does to those that share its process, or run beside it, changes nothing about them."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from .field import Field, prepared, traces, world
from .running import Attack, read_attacks, read_suite

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")]

HERE = Path(__file__).parent
SUITE = read_suite(HERE / "attacks.json")
GOOD = "return sum(xs)"
BAD = "return sum(xs) + 1"
# Each is a body of the function, wrong in itself, that spoils what comes after it.
SPOILING = {
    "patches_a_builtin": "import builtins; builtins.sum = lambda xs: 6; return 6",
    "patches_it_for_one_case_later": """
        import builtins
        real = builtins.sum
        def once(xs):
            builtins.sum = real
            return -1
        builtins.sum = once
        return -1
    """,
    "changes_the_globals": "globals()['sum'] = lambda xs: 6; return 6",
    "changes_the_table_of_the_tests": "import test_mod; test_mod.TABLE.clear(); return 6",
    "empties_the_tests": """
        import test_mod
        for name in [each for each in vars(test_mod) if each.startswith("test")]:
            getattr(test_mod, name).__code__ = (lambda *a, **k: None).__code__
        return 6
    """,
    "patches_the_runner_of_doctests": """
        import doctest
        doctest.OutputChecker.check_output = lambda *args: True
        return 6
    """,
    "patches_the_items": """
        import gc
        for each in gc.get_objects():
            if type(each).__name__ in ("Function", "TestCaseFunction"):
                each.__dict__["runtest"] = lambda: None
        return 6
    """,
    "swaps_modules": """
        import sys, types
        sys.modules["mod"] = sys.modules["test_mod"] = types.ModuleType("mod")
        return 6
    """,
    "leaves_a_thread_that_exits_later": """
        import os, threading, time
        threading.Thread(target=lambda: (time.sleep(0.05), os._exit(7)), daemon=True).start()
        return 6
    """,
    "leaves_a_thread_that_python_did_not_start": """
        import _thread, os, time
        _thread.start_new_thread(lambda: (time.sleep(0.05), os._exit(7)), ())
        return 6
    """,
    "sets_a_timer": """
        import os, signal
        signal.signal(signal.SIGVTALRM, lambda *args: os._exit(7))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.02)
        return 6
    """,
    "is_deaf_to_the_clock": """
        import signal, time
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        while True: time.sleep(1)
    """,
    "blocks_every_signal": """
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True: pass
    """,
    "hangs_where_no_signal_is_heard": "return len(str(7 ** (10 ** 8)))",
    "lowers_the_recursion_limit": "import sys; sys.setrecursionlimit(150); return 6",
    "traces_what_comes_next": """
        import sys
        def tracer(frame, event, argument):
            if frame.f_code.co_name == "f" and event == "line": raise ValueError
            return tracer
        sys.settrace(tracer)
        return 6
    """,
    "profiles_what_comes_next": """
        import sys
        def profiler(frame, event, argument):
            if frame.f_code.co_name == "f": raise ValueError
        sys.setprofile(profiler)
        return 6
    """,
    "leaves_another_folder_and_environment": """
        import os, tempfile
        os.chdir(tempfile.gettempdir()); os.environ.clear(); os.environ["PATH"] = "/"
        return 6
    """,
    "leaves_descriptors": """
        import os
        try:
            while True: os.dup(0)
        except OSError: pass
        return 6
    """,
    "closes_descriptors": "import os; os.closerange(0, 3); return 6",
    "acts_at_the_end": "import atexit, os; atexit.register(os._exit, 0); return 6",
    "exits": "import os; os._exit(0)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "keeps_memory": "import sys; sys.kept = getattr(sys, 'kept', b'') + b'x' * (60 << 20); return 6",
    "says_something_of_others": """
        import gc, types
        for each in gc.get_objects():
            if isinstance(each, types.FunctionType) and each.__qualname__.startswith("Reporter"):
                for n in (*range(200), [1], {}, None, True, 1e300, "1"):
                    each({"k": "turn", "n": n})
                    each({"k": "case", "n": n, "name": "test_mod.py::test_simple", "outcome": "failed"})
                    each({"k": "end", "n": n})
        return 6
    """,
    "skips_turns": """
        import gc
        for each in gc.get_objects():
            if type(each) is list and len(each) == 6 and all(type(text) is str for text in each):
                if "Sum." in each[0]: each.clear()
        return 6
    """,
    "takes_the_reporter_away": """
        import gc, types
        for each in gc.get_objects():
            if isinstance(each, types.FunctionType) and each.__qualname__.startswith("Reporter"):
                each.__code__ = (lambda message: None).__code__.replace(co_freevars=each.__code__.co_freevars)
        return 6
    """,
    "patches_what_decides": """
        import _pytest.runner
        _pytest.runner.CallInfo.from_call = classmethod(lambda *a, **k: None)
        return 6
    """,
}
# What a process beside it finds of another: its folder, its memory, its descriptors, its attention.
BESIDE = """
    import ctypes, os, resource, signal, tempfile, time
    until = time.monotonic() + 0.4
    found = []
    while time.monotonic() < until:
        for pid in [each for each in os.listdir("/proc") if each.isdigit() and int(each) != os.getpid()]:
            for name in ("mem", "environ", "maps", "cwd/log", "fd"):
                try:
                    found.append((name, open(f"/proc/{pid}/{name}", "rb").read(8)))
                except OSError: pass
            for do in (
                lambda: os.kill(int(pid), 0),
                lambda: signal.pidfd_send_signal(os.pidfd_open(int(pid)), 0),
                lambda: os.sched_setaffinity(int(pid), {0}),
                lambda: os.setpriority(os.PRIO_PROCESS, int(pid), 19),
                lambda: resource.prlimit(int(pid), resource.RLIMIT_CPU, (1, 1)),
                lambda: os.listdir(f"/proc/{pid}/fd"),
            ):
                try: found.append(("did", pid, do()))
                except OSError: pass
        above = os.path.dirname(tempfile.gettempdir())
        for name in range(200):
            for line in range(4):
                place = f"{above}/{line}-{name}"
                if place == tempfile.gettempdir(): continue
                for do in (os.listdir, os.rmdir, lambda p: os.mkdir(p + "/x"), lambda p: open(p + "/y", "w")):
                    try: found.append(("folder", place, do(place)))
                    except OSError: pass
    if found: os.write(2, b"ESCAPED " + repr(found[:5]).encode())
    return -1
"""
FAKES = [each for each in read_attacks(HERE / "fakes.json") if each.category == "fake"]


def module(body: str) -> str:
    head = SUITE.target.partition("    t = 0")[0]
    return head + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n"


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with prepared(tmp_path_factory.mktemp("batches"), sys.executable, SUITE) as made:
        yield made


@pytest.mark.parametrize("name", SPOILING)
def test_others_of_its_batch_are_judged_as_they_are(name: str, field: Field) -> None:
    before = world(field.stage)
    bodies = [GOOD, BAD, SPOILING[name], GOOD, BAD, GOOD]
    found = field.arena.sift([module(each) for each in bodies])
    assert [each.correct for each in found] == [True, False, False, True, False, True]
    assert list(traces(before, field)) == []


@pytest.mark.parametrize("name", ["exits", "patches_a_builtin", "says_something_of_others"])
def test_many_that_spoil_cost_themselves_alone(name: str, field: Field) -> None:
    bodies = [SPOILING[name], GOOD, SPOILING[name], SPOILING[name], GOOD, BAD, SPOILING[name]]
    found = field.arena.sift([module(each) for each in bodies])
    assert [each.correct for each in found] == [False, True, False, False, True, False, False]


def test_who_fakes_its_way_through_a_batch_is_executed_alone_and_not_confirmed(field: Field) -> None:
    fake = module(SPOILING["patches_the_items"])
    assert not field.arena.sift([module(GOOD), fake])[1].correct
    assert not field.arena.confirms(fake)


@pytest.mark.parametrize("attack", FAKES[:8], ids=lambda each: each.name)
def test_fakes_of_whole_modules_spoil_no_batch(attack: Attack, field: Field) -> None:
    found = field.arena.sift([module(GOOD), field.filled_in(attack.snippet), module(GOOD), module(BAD)])
    assert [found[0].correct, found[2].correct, found[3].correct] == [True, True, False]


def test_nothing_of_a_process_beside_it_is_in_reach(field: Field) -> None:
    before = world(field.stage)
    attacker, good, bad = field.arena.beside([module(BESIDE), module(GOOD), module(BAD)])
    assert not attacker.correct
    assert "ESCAPED" not in str(attacker)
    assert good.correct
    assert not bad.correct
    assert list(traces(before, field)) == []


def test_the_process_that_forks_them_does_not_grow(field: Field) -> None:
    grown: list[int] = []
    for _ in range(3):
        field.arena.sift([module(SPOILING["keeps_memory"]), module(GOOD)])
        grown.append(world(field.stage).memory)
    assert grown[-1] - grown[0] < 16 << 20
