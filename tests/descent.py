"""Who descends from a process: often asked, and psutil would read about every process of the machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil


def descendants() -> Iterator[psutil.Process]:
    """All below this process, as the kernel lists them.

    It may skip one while another ends, so it is for looking again and again; psutil is for the last look.
    """
    return _below(os.getpid())


def _below(pid: int) -> Iterator[psutil.Process]:
    for child in _children(pid):
        try:
            yield psutil.Process(child)
        except psutil.NoSuchProcess:
            continue
        yield from _below(child)


def _children(pid: int) -> Iterator[int]:
    try:
        threads = [*Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:  # it has ended
        return
    for thread in threads:
        try:
            yield from map(int, (thread / "children").read_text().split())
        except FileNotFoundError:  # so has this one
            continue
