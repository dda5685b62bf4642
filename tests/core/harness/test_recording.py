import asyncio
import sys
import types
from collections.abc import Iterator
from typing import Any, cast

import pytest

from orps_core.execute.harness.recording import Call, Recorder, duplicate, resolve
from tests.core.harness.made import module_of


def recorded(source: str, name: str, use: str) -> Recorder:
    module = module_of(source)
    with Recorder(resolve(module, name).code) as recorder:
        exec(use, module.__dict__)  # noqa: S102  (text of this file)
    return recorder


def test_every_way_to_pass_an_argument_is_noted() -> None:
    source = "def f(a, b, /, c=3, *rest, d, e=5, **more): pass"
    seen = recorded(source, "f", "f(1, 2, d=4)\nf(1, 2, 9, 8, 7, d=4, z=0)")
    assert seen.calls == (
        Call((1, 2, 3), {"d": 4, "e": 5}),
        Call((1, 2, 9, 8, 7), {"d": 4, "e": 5, "z": 0}),
    )


def test_an_argument_is_noted_as_it_was_before_the_call_changed_it() -> None:
    seen = recorded("def f(xs): xs.append(1)", "f", "f([])")
    assert seen.calls == (Call(([],), {}),)


def test_what_holds_more_each_time_it_is_copied_is_not_noted() -> None:
    source = """
class Doubling(list):
    def __init__(self, items=()):
        self.parts = []
        self.extend(items)

    def extend(self, items):
        self.parts.extend(items)

    def append(self, item):
        self.parts.append(item)

    def __iter__(self):
        return iter(self.parts)

def f(items): pass
"""
    seen = recorded(source, "f", "f(Doubling([1, 2]))")
    assert (seen.calls, seen.unrecordable) == ((), 1)


def test_sets_that_are_copied_in_another_order_are_noted() -> None:
    seen = recorded("def f(items): pass", "f", "f({8 * n for n in range(9, 0, -1)})")
    assert (len(seen.calls), seen.unrecordable) == (1, 0)


def test_only_the_outermost_call_of_a_recursion_counts() -> None:
    seen = recorded("def f(n): return n and f(n - 1)", "f", "f(5); f(3)")
    assert seen.calls == (Call((5,), {}), Call((3,), {}))
    assert seen.reached == 2


def test_a_call_after_one_that_raised_is_outermost_again() -> None:
    seen = recorded("def f(n): return 1 / n", "f", "try: f(0)\nexcept ZeroDivisionError: pass\nf(1)")
    assert seen.reached == 2


def test_a_resumed_generator_is_no_new_call() -> None:
    seen = recorded("def f(n):\n    for i in range(n): yield i", "f", "list(f(3)); list(f(4))")
    assert seen.calls == (Call((3,), {}), Call((4,), {}))
    assert seen.reached == 2


def test_two_generators_that_take_turns_are_two_calls() -> None:
    seen = recorded("def f(n):\n    for i in range(n): yield i", "f", "list(zip(f(3), f(4)))")
    assert seen.reached == 2


def test_a_coroutine_that_waits_is_one_call() -> None:
    source = "import asyncio\nasync def f(n):" + "\n    await asyncio.sleep(0)" * 2
    seen = recorded(source, "f", "asyncio.run(f(1))")
    assert (seen.reached, seen.calls) == (1, (Call((1,), {}),))


METHODS = """
import functools
class A:
    def __init__(self, n): self.n = n
    def plain(self, x): return self.n + x
    @classmethod
    def made(cls, n): return cls(n)
    @staticmethod
    def alone(x): return x
    @property
    def twice(self): return 2 * self.n
    @functools.cached_property
    def thrice(self): return 3 * self.n
    @functools.lru_cache
    def kept(self, x): return self.n * x
class B(A):
    @classmethod
    def made(cls, n): return super().made(n)
"""


@pytest.mark.parametrize(
    ("name", "use", "result"),
    [
        ("A.plain", "A(2).plain(3)", 5),
        ("A.alone", "A.alone(7)", 7),
        ("A.twice", "A(4).twice", 8),
        ("A.thrice", "A(4).thrice", 12),
        ("A.kept", "A(4).kept(5)", 20),
    ],
)
def test_what_was_recorded_can_be_called_again(name: str, use: str, result: object) -> None:
    module = module_of(METHODS)
    resolved = resolve(module, name)
    with Recorder(resolved.code) as recorder:
        assert eval(use, module.__dict__) == result  # noqa: S307  (text of this file)
    (call,) = recorder.calls
    assert resolved.call(*call.args, **call.kwargs) == result


def test_a_classmethod_is_called_for_the_class_it_was_recorded_with() -> None:
    module = module_of(METHODS)
    resolved = resolve(module, "A.made")
    with Recorder(resolved.code) as recorder:
        module.B.made(1)
    (call,) = recorder.calls
    assert call.args == (module.B, 1)
    assert type(resolved.call(*call.args)) is module.B


def test_a_cached_function_is_called_through_its_cache_which_can_be_cleared() -> None:
    module = module_of(
        "import functools\nran = []\n@functools.cache\ndef f(n):\n    ran.append(n)\n    return n"
    )
    resolved = resolve(module, "f")
    resolved.call(1)
    resolved.call(1)
    assert module.ran == [1]
    resolved.reset()
    resolved.call(1)
    assert module.ran == [1, 1]
    assert resolved.cached


DECORATED = """
import functools
def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs): return "logged", f(*args, **kwargs)
    return wrapper
def injected(f):
    @functools.wraps(f)
    def wrapper(*args): return "injected", f("connection", *args)
    return wrapper
def bare(f):
    def wrapper(x): return "bare", f(x)
    return wrapper
@logged
def handed_on(x): return x
@injected
def changed(c, x): return x
@bare
def hidden(x): return x
@logged
async def later(x): return x
@injected
async def later_changed(c, x): return x
@logged
def lazy(x): yield x
"""


@pytest.mark.parametrize(
    ("name", "use", "expected"),
    [
        ("handed_on", "handed_on(1)", ("logged", 1)),
        ("changed", "changed(1)", 1),  # the wrapper would add the connection once more
        ("hidden", "hidden(1)", ("bare", 1)),
    ],
)
def test_a_wrapper_is_called_through_if_it_hands_on_its_arguments(
    name: str, use: str, expected: object
) -> None:
    module = module_of(DECORATED)
    with Recorder(resolve(module, name).code) as recorder:
        exec(use, module.__dict__)  # noqa: S102  (text of this file)
    (call,) = recorder.calls
    assert resolve(module, name, call).call(*call.args) == expected


@pytest.mark.parametrize(("name", "through"), [("later", True), ("later_changed", False), ("lazy", True)])
def test_a_wrapper_of_what_starts_later_is_tried_too(name: str, *, through: bool) -> None:
    module = module_of(DECORATED.replace('return "logged", ', "return "))
    sample = Call((1,), {}) if through else Call(("c", 1), {})
    assert (resolve(module, name, sample).call is vars(module)[name]) == through


def test_a_function_that_borrows_the_name_of_another_is_itself() -> None:
    module = module_of("import functools, os\n@functools.wraps(os.path.join)\ndef f(x): return x")
    assert resolve(module, "f").call(3) == 3


@pytest.mark.parametrize("name", ["absent", "A.absent", "A", "f.<locals>.g", "length"])
def test_what_is_no_python_function_is_refused(name: str) -> None:
    with pytest.raises(LookupError):
        resolve(module_of("class A: pass\ndef f():\n    def g(): pass\nlength = len"), name)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("def f(): pass", "function"),
        ("def f(): yield", "generator"),
        ("async def f(): pass", "async"),
        ("async def f(): yield", "async generator"),
    ],
)
def test_the_kind_is_told(source: str, kind: str) -> None:
    assert resolve(module_of(source), "f").kind == kind


def test_equal_calls_are_kept_once_but_all_are_counted() -> None:
    seen = recorded("def f(x): pass", "f", "for i in range(50): f([i % 5])")
    assert (seen.reached, len(seen.calls)) == (50, 5)


def test_many_calls_are_thinned_out_over_the_whole_run() -> None:
    seen = recorded("def f(x): pass", "f", "for i in range(5000): f(i)")
    firsts = [call.args[0] for call in seen.calls]
    assert 50 <= len(firsts) <= 200
    assert isinstance(firsts[-1], int)
    assert firsts[-1] > 4500


def test_what_cannot_be_copied_is_counted() -> None:
    seen = recorded("def f(x): pass", "f", "f(i for i in 'ab'); f(open); f(__import__('threading').Lock())")
    assert (seen.reached, seen.unrecordable, len(seen.calls)) == (3, 2, 1)


def test_copying_ends_when_its_time_is_up() -> None:
    module = module_of("def f(x): pass")
    big = [[i] for i in range(100_000)]
    with Recorder(resolve(module, "f").code, copy_seconds=0.01) as recorder:
        module.f(big)
        module.f(1)
    assert (recorder.reached, recorder.unrecordable, recorder.calls) == (2, 1, ())


def test_a_marker_object_stays_the_same_object() -> None:
    module = module_of("MISSING = object()\ndef f(x=MISSING): return x is MISSING")
    resolved = resolve(module, "f")
    with Recorder(resolved.code) as recorder:
        module.f()
    assert resolved.call(*duplicate(recorder.calls[0]).args) is True


def test_a_profile_function_that_was_there_goes_on_and_comes_back() -> None:
    events: list[str] = []

    def mine(frame: types.FrameType, event: str, arg: object) -> None:
        events.append(frame.f_code.co_name)

    module = module_of("def f(x): pass")
    sys.setprofile(mine)
    try:
        with Recorder(resolve(module, "f").code) as recorder:
            module.f(1)
        assert sys.getprofile() is mine
    finally:
        sys.setprofile(None)
    assert recorder.reached == 1
    assert "f" in events


def test_a_test_that_takes_the_profile_hook_ends_the_recording() -> None:
    seen = recorded("import sys\ndef f(x): pass", "f", "f(1)\nsys.setprofile(None)\nf(2)")
    assert seen.reached == 1
    assert sys.getprofile() is None


def test_a_recorder_can_be_used_for_one_test_after_the_other() -> None:
    module = module_of("def f(x): pass")
    recorder = Recorder(resolve(module, "f").code)
    reached: list[int] = []
    for uses in (1, 0, 2):
        before = recorder.reached
        with recorder:
            for index in range(uses):
                module.f(index)
        reached.append(recorder.reached - before)
    assert reached == [1, 0, 2]


def test_an_argument_captured_by_a_closure_is_noted() -> None:
    seen = recorded("def f(x):\n    def g(): return x\n    return g()", "f", "f(8)")
    assert seen.calls == (Call((8,), {}),)


def test_an_async_generator_is_one_call() -> None:
    async def use(f: Any) -> list[int]:
        return [item async for item in f(3)]

    module = module_of("async def f(n):\n    for i in range(n): yield i")
    with Recorder(resolve(module, "f").code) as recorder:
        assert asyncio.run(use(module.f)) == [0, 1, 2]
    assert recorder.reached == 1


def test_an_exception_thrown_into_a_generator_is_no_call() -> None:
    module = module_of(
        "def f(n):\n    try:\n        while True: yield n\n    except ValueError: yield 'caught'"
    )
    with Recorder(resolve(module, "f").code) as recorder:
        generator: Iterator[object] = module.f(1)
        next(generator)
        assert generator.throw(ValueError) == "caught"  # type: ignore[attr-defined]  # a generator has it
    assert recorder.reached == 1


def test_of_a_context_manager_made_of_a_generator_the_generator_is_called() -> None:
    source = "import contextlib\n@contextlib.contextmanager\ndef f(n):\n    yield n\n"
    resolved = resolve(module_of(source), "f", Call((3,), {}))
    assert resolved.kind == "generator"
    assert list(cast("Iterator[int]", resolved.call(3))) == [3]
