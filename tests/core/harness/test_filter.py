"""The filter of system calls does on every machine what its table says: its program is run here."""

import itertools
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from orps_core.execute.harness import seccomp

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}
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
PROGRAMS = [
    {"leaf_pid": leaf, "loopback": loopback}
    for leaf, loopback in itertools.product((None, LEAF), (False, True))
]


@BOTH
@pytest.mark.parametrize("options", PROGRAMS, ids=str)
def test_every_jump_stays_inside_and_the_kernel_would_take_it(machine: str, options: dict[str, int]) -> None:
    program = seccomp.build(machine=machine, **options)  # type: ignore[arg-type]
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
    for leaf in (None, LEAF):
        program = seccomp.build(leaf_pid=leaf, machine=machine)
        for name, call, treatment in calls(machine):
            for words in itertools.product(WORDS[::3], WORDS[:2]):
                said = answer(program, call, *words)
                if treatment == "kill":
                    assert said == KILL, name
                elif treatment in {"deny", "net", "lack", "unknown"} or (leaf and treatment == "leaf"):
                    assert ERROR < said < ERROR + 200, name


@BOTH
def test_a_leaf_may_do_nothing_that_its_parent_may_not(machine: str) -> None:
    parent, leaf = seccomp.build(machine=machine), seccomp.build(leaf_pid=LEAF, machine=machine)
    for number in range(600):
        for word in WORDS[::2]:
            call = (ARCHITECTURES[machine], number)
            if answer(leaf, call, word, word) == ALLOW:
                assert answer(parent, call, word, word) == ALLOW, number


@BOTH
def test_calls_newer_than_the_table_are_not_there(machine: str) -> None:
    program = seccomp.build(leaf_pid=LEAF, machine=machine)
    newest = max(number for _, (_, number), _ in calls(machine))
    for number in range(newest + 1, 1000):
        assert answer(program, (ARCHITECTURES[machine], number)) == ERROR + 38


@BOTH
def test_another_architecture_is_killed(machine: str) -> None:
    program = seccomp.build(leaf_pid=LEAF, machine=machine)
    for architecture in {*ARCHITECTURES.values(), 0x40000003, 0x40000028, 0} - {ARCHITECTURES[machine]}:
        for number in range(600):
            assert answer(program, (architecture, number)) == KILL


def test_calls_of_the_third_kind_are_killed_on_x86_64() -> None:
    program = seccomp.build(leaf_pid=LEAF, machine="x86_64")
    for number in range(600):
        assert answer(program, (ARCHITECTURES["x86_64"], 0x40000000 | number)) == KILL


@BOTH
def test_a_leaf_starts_threads_of_its_own_and_signals_itself_alone(machine: str) -> None:
    program = seccomp.build(leaf_pid=LEAF, machine=machine)
    number = {name: call for name, call, _ in calls(machine)}
    thread = 0x3D0F00
    assert answer(program, number["clone"], thread) == ALLOW
    for flags in (0, 17, thread & ~0x400, thread & ~0x10000):
        assert answer(program, number["clone"], flags) == ERROR + 1
    for namespace in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert answer(program, number["clone"], thread | namespace) == KILL
    for name in ("kill", "tkill", "tgkill"):
        assert answer(program, number[name], LEAF, 9) == ALLOW
        for other in (0, 1, LEAF - 1, LEAF + 1, 2**32 - 1, 2**32 - LEAF):
            assert answer(program, number[name], other, 9) == ERROR + 1


@BOTH
def test_loopback_opens_internet_sockets_and_no_others(machine: str) -> None:
    program = seccomp.build(leaf_pid=LEAF, machine=machine, loopback=True)
    number = {name: call for name, call, _ in calls(machine)}
    cloexec = 0o2000000
    for family, kind in itertools.product((2, 10), (1, 2, 1 | cloexec)):
        assert answer(program, number["socket"], family, kind) == ALLOW
    for family, kind in ((1, 1), (16, 3), (17, 3), (40, 1), (2, 3), (10, 5), (2, 3 | cloexec)):
        assert answer(program, number["socket"], family, kind) == ERROR + 1
    for name in ("connect", "bind", "listen"):
        assert answer(program, number[name], 3) == ALLOW


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
