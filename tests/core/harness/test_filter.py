"""The filter of system calls does on every machine what its table says: its program is run here."""

import itertools
import os
import re
import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from orps_core.execute.harness import seccomp

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}
STRICTEST = (KILL, *range(ERROR, ERROR + 200), ALLOW)
LEAF = 4242
# First arguments that some rule looks at, and some that none does.
WORDS = (0, 1, 2, 3, 10, LEAF, 0x5412, 0x5401, 1024, 0o1000, 0o1001, 0x10000, 0x10400, 0x10000000, 2**32 - 1)


def answer(program: bytes, call: tuple[int, int], *arguments: int) -> int:
    """What the kernel's interpreter says to a call: architecture and number, and its arguments."""
    architecture, number = call
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *words)
    code = list(struct.iter_unpack("=HBBI", program))
    place = accumulator = steps = 0
    while True:
        kind, if_true, if_false, value = code[place]
        place, steps = place + 1, steps + 1
        assert steps <= len(code), "it goes in circles"
        if kind == 0x06:
            return int(value)
        if kind == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif kind == 0x54:
            accumulator &= value
        else:
            tests = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }
            place += if_true if tests[kind] else if_false


def calls(machine: str) -> Iterator[tuple[str, tuple[int, int], str]]:
    for name, (number, treatment) in seccomp.numbers(machine).items():
        yield name, (ARCHITECTURES[machine], number), treatment


BOTH = pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
PROGRAMS: dict[str, Callable[[str], bytes]] = {
    "parent": seccomp.build,
    "parent with loopback": lambda machine: seccomp.build(machine, loopback=True),
    "leaf": lambda machine: seccomp.of_process(seccomp.narrowing(machine), LEAF),
}


def leaf_answers(machine: str, *, loopback: bool = False) -> Callable[..., int]:
    """What the kernel does about a leaf's call: what refuses more, its own filter or the inherited one."""
    programs = seccomp.build(machine, loopback=loopback), PROGRAMS["leaf"](machine)

    def said(call: tuple[int, int], *arguments: int) -> int:
        return min((answer(each, call, *arguments) for each in programs), key=STRICTEST.index)

    return said


@BOTH
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_jump_stays_inside_and_the_kernel_would_take_it(machine: str, name: str) -> None:
    program = PROGRAMS[name](machine)
    code = list(struct.iter_unpack("=HBBI", program))
    assert len(code) <= 4096
    for place, (kind, if_true, if_false, _) in enumerate(code):
        if kind in {0x15, 0x35, 0x45}:
            assert place + 1 + max(if_true, if_false) < len(code)
    assert code[-1][0] == 0x06


@BOTH
def test_what_is_never_honest_kills_and_what_is_refused_is_refused_whatever_the_arguments(
    machine: str,
) -> None:
    parent = seccomp.build(machine)
    for leaf, says in ((False, partial(answer, parent)), (True, leaf_answers(machine))):
        for name, call, treatment in calls(machine):
            for words in itertools.product(WORDS[::3], WORDS[:2]):
                said = says(call, *words)
                if treatment == "kill":
                    assert said == KILL, name
                elif treatment in {"deny", "net", "lack", "unknown"} or (leaf and treatment == "leaf"):
                    assert ERROR < said < ERROR + 200, name


@BOTH
def test_the_filter_of_a_leaf_names_its_process_wherever_it_names_one(machine: str) -> None:
    for pid in (1, LEAF, 4194304):
        code = struct.iter_unpack("=HBBI", seccomp.of_process(seccomp.narrowing(machine), pid))
        assert [value for kind, *_, value in code if kind == 0x15].count(pid) == 3 + (pid == 1)


@BOTH
def test_calls_newer_than_the_table_are_not_there(machine: str) -> None:
    said = leaf_answers(machine)
    newest = max(number for _, (_, number), _ in calls(machine))
    for number in range(newest + 1, 1000):
        assert said((ARCHITECTURES[machine], number)) == ERROR + 38


@BOTH
def test_another_architecture_is_killed(machine: str) -> None:
    said = leaf_answers(machine)
    for architecture in {*ARCHITECTURES.values(), 0x40000003, 0x40000028, 0} - {ARCHITECTURES[machine]}:
        for number in range(600):
            assert said((architecture, number)) == KILL


def test_calls_of_the_third_kind_are_killed_on_x86_64() -> None:
    said = leaf_answers("x86_64")
    for number in range(600):
        assert said((ARCHITECTURES["x86_64"], 0x40000000 | number)) == KILL


@BOTH
def test_a_leaf_starts_threads_of_its_own_and_signals_itself_alone(machine: str) -> None:
    said = leaf_answers(machine)
    number = {name: call for name, call, _ in calls(machine)}
    thread = 0x3D0F00
    assert said(number["clone"], thread) == ALLOW
    for flags in (0, 17, thread & ~0x400, thread & ~0x10000):
        assert said(number["clone"], flags) == ERROR + 1
    for namespace in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert said(number["clone"], thread | namespace) == KILL
    for name in ("kill", "tkill", "tgkill"):
        assert said(number[name], LEAF, 9) == ALLOW
        for other in (0, 1, LEAF - 1, LEAF + 1, 2**32 - 1, 2**32 - LEAF):
            assert said(number[name], other, 9) == ERROR + 1


@BOTH
def test_loopback_opens_internet_sockets_and_no_others(machine: str) -> None:
    said = leaf_answers(machine, loopback=True)
    number = {name: call for name, call, _ in calls(machine)}
    cloexec = 0o2000000
    for family, kind in itertools.product((2, 10), (1, 2, 1 | cloexec)):
        assert said(number["socket"], family, kind) == ALLOW
    for family, kind in ((1, 1), (16, 3), (17, 3), (40, 1), (2, 3), (10, 5), (2, 3 | cloexec)):
        assert said(number["socket"], family, kind) == ERROR + 1
    for name in ("connect", "bind", "listen"):
        assert said(number[name], 3) == ALLOW


@BOTH
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    header = Path(HEADERS[machine])
    if not header.exists():
        pytest.skip("the kernel's headers are not installed")
    text = header.read_text(encoding="utf-8")
    real = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    ours = {name: number for name, (_, number), _ in calls(machine)}
    newest = max(real[name] for name in ("process_mrelease", "close_range"))
    assert {name: number for name, number in ours.items() if number <= newest} == {
        name: real.get(name, real.get(f"__{name}")) for name, number in ours.items() if number <= newest
    }


def test_this_machine_has_a_table() -> None:
    assert seccomp.numbers(os.uname().machine)
    with pytest.raises(OSError, match="riscv64"):
        seccomp.numbers("riscv64")
