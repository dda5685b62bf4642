"""What candidates were verified with, compared while it is edited, whenever threads get their turn."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import pytest

from orps_core import Outliner, Settings, cut
from orps_core.execute.aside import Beside
from orps_server.documents import Page, Pages, Source
from orps_server.features.comparing import Comparing
from orps_server.jobs import Job, Jobs
from orps_server.lines import UTF16, Lines
from orps_server.tracking import Hold
from tests.server.fakes import Script, Step, core, story
from tests.server.test_jobs import Heard, until

P = ParamSpec("P")
T = TypeVar("T")

MODULE = "LIMIT = 5\n\n\ndef f(x):\n    return [x]\n"
BETTER = "def f(x):\n    return [x,]\n"
MORE = "def f(x):\n    return [LIMIT and x]\n"
TESTS = "/a.py"
"""Where the scripted run says that its test is."""


class World:
    """A document, its job, and files that are open beside it."""

    def __init__(self, *steps: Step) -> None:
        self.jobs = Jobs(core(Script(*steps)), Heard())
        self.texts = {TESTS: "assert f(1) == [1]"}
        self.doors: list[threading.Event] = []
        """The next looks wait in their threads, each until one of these is opened."""
        lines = Lines(MODULE, UTF16)
        source = Source(uri="u", path="/m.py", version=1, lines=lines)
        self.page: Page = Pages(Outliner).page(source)
        self.comparing = Comparing(
            self.jobs, lambda _: self.page, lambda: dict(self.texts), lambda _: self.beside()
        )

    def beside(self) -> Beside:
        door = self.doors.pop() if self.doors else None

        def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
            if door is not None:
                door.wait(10)
            return function(*args, **kwargs)

        return call

    @contextmanager
    def held_up(self, job: Job) -> Generator[asyncio.Future[None]]:
        """A look that has begun, and ends when this is left."""
        door = threading.Event()
        self.doors.append(door)
        looking = asyncio.ensure_future(self.comparing.compare(job))
        try:
            yield looking
        finally:
            door.set()

    def start(self) -> Job:
        job = self.jobs.start("u", cut("/m.py", MODULE, "f"), _settings)
        self.comparing.began(job)
        return job

    async def finished(self) -> Job:
        job = self.start()
        await until(lambda: not job.running)
        return job


async def _settings() -> Settings:
    return Settings()


def play(scene: Callable[[World], Awaitable[None]], *steps: Step) -> None:
    async def run() -> None:
        world = World(*(steps or story([BETTER])))
        await scene(world)
        await world.jobs.close(1.0)

    asyncio.run(run())


@pytest.mark.parametrize("known", [False, True])
def test_a_look_that_takes_long_hides_no_edit_from_the_next(*, known: bool) -> None:
    async def scene(world: World) -> None:
        job = await world.finished()
        if known:
            await world.comparing.compare(job)
        with world.held_up(job) as looking:
            await until(lambda: not world.doors)
            world.texts[TESTS] = "assert f(1) == [2]"
            next_one = asyncio.ensure_future(world.comparing.compare(job))
            await asyncio.wait({next_one}, timeout=0.05)
        await asyncio.gather(looking, next_one)
        assert job.hold is Hold.UNSETTLED

    play(scene)


def test_a_look_at_what_was_exchanged_meanwhile_is_repeated() -> None:
    async def scene(world: World) -> None:
        job = await world.finished()
        await world.comparing.compare(job)
        with world.held_up(job) as looking:
            await until(lambda: not world.doors)
            job.footing = "that of candidates which were checked again meanwhile"
        await looking
        assert job.hold is Hold.UNSETTLED
        assert job.footing == "that of candidates which were checked again meanwhile"

    play(scene)


def test_a_test_that_is_edited_while_the_run_goes_on_is_noticed() -> None:
    async def scene(world: World) -> None:
        job = world.start()
        await until(lambda: job.candidates)
        await world.comparing.compare(job)
        assert (job.running, job.hold) == (True, Hold.FRESH)
        world.texts[TESTS] = "assert f(1) == [2]"
        go_on.set()
        await until(lambda: not job.running)
        await world.comparing.compare(job)
        assert job.hold is Hold.UNSETTLED
        world.texts[TESTS] = "assert f(1) == [1]  # as before"
        await world.comparing.compare(job)
        assert job.fresh

    go_on = asyncio.Event()
    told = story([BETTER, MORE])
    play(scene, *told[:3], go_on.wait, *told[3:])


def test_what_is_found_later_may_stand_on_more() -> None:
    """The second candidate uses something of the module that neither the function nor the first one does."""

    async def scene(world: World) -> None:
        job = world.start()
        await until(lambda: job.candidates)
        await world.comparing.compare(job)
        go_on.set()
        await until(lambda: not job.running)
        await world.comparing.compare(job)
        assert job.fresh

    go_on = asyncio.Event()
    told = story([BETTER, MORE])
    play(scene, *told[:3], go_on.wait, *told[3:])


def test_what_is_opened_while_the_run_goes_on_counts_as_it_was_opened() -> None:
    async def scene(world: World) -> None:
        text = world.texts.pop(TESTS)
        job = world.start()
        world.texts[TESTS] = text
        world.comparing.opened(TESTS, text)
        world.texts[TESTS] = "assert f(1) == [2]"
        await until(lambda: not job.running)
        await world.comparing.compare(job)
        assert job.hold is Hold.UNSETTLED

    play(scene)
