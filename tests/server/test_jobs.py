"""Jobs with a scripted search: `asyncio.run` in each test, so that every loop is its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from orps_core import Settings, cut
from orps_core.domain.target import Target
from orps_core.domain.tree import Node
from orps_core.ports import Unavailable
from orps_server.jobs import Again, Job, Jobs, Phase
from orps_server.tracking import Found, Hold
from tests.server.fakes import Script, core, forever, story

MODULE = "def f(x):\n    return [x]\n\n\ndef g(x):\n    return x\n"
BETTER = "def f(x):\n    return list((x,))\n"


def target(name: str = "f") -> Target:
    return cut("/a.py", MODULE, name)


async def settings() -> Settings:
    return Settings()


class Heard:
    """What a client would have been told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def started(self, job: Job) -> None:
        self.said.append(f"{job.id} started")

    def changed(self, job: Job) -> None:
        pass

    def improved(self, job: Job, node: Node) -> None:
        self.said.append(f"{job.id} improved {node.id}")

    def ended(self, job: Job) -> None:
        self.said.append(f"{job.id} {job.phase.value}")


def play(script: Script, scene: Callable[[Jobs, Heard], Awaitable[None]], *, at_once: int = 2) -> Heard:
    heard = Heard()

    async def run() -> None:
        jobs = Jobs(core(script), heard, at_once=at_once)
        await scene(jobs, heard)
        await jobs.close(1.0)

    asyncio.run(run())
    return heard


def look(jobs: Jobs, hold: Hold) -> None:
    jobs.review("u", lambda target: Found(hold=hold, qualname=target.qualname, line=0), lambda line: line)


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not look():  # noqa: ASYNC110  (what is waited for is plain state)
            await asyncio.sleep(0)


def test_candidates_are_told_as_they_come_and_kept_best_first() -> None:
    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: not job.running)
        assert [node.id for node in job.candidates] == [2, 1]
        assert (job.search.executed, job.search.summary) == (2, "one improvement")

    heard = play(Script(*story([BETTER, BETTER])), scene)
    assert heard.said == ["job-1 started", "job-1 improved 1", "job-1 improved 2", "job-1 done"]


def test_a_newer_run_of_the_same_target_takes_the_place_of_the_older() -> None:
    async def scene(jobs: Jobs, _: Heard) -> None:
        older, other = jobs.start("u", target(), settings), jobs.start("u", target("g"), settings)
        newer = jobs.start("u", target(), settings)
        assert older.phase is Phase.CANCELLED
        assert list(jobs.all()) == [other, newer]
        assert jobs.at("u", "f") is newer

    play(Script(forever), scene)


def test_stopping_leaves_the_search_and_is_told_once() -> None:
    script = Script(forever)

    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: script.began)
        assert jobs.stop(job.id)
        assert not jobs.stop(job.id)
        await until(lambda: script.left)

    assert play(script, scene).said == ["job-1 started", "job-1 cancelled"]


def test_an_edit_makes_candidates_stale_and_undo_brings_them_back() -> None:
    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: not job.running)
        look(jobs, Hold.EDITED)
        assert (job.stale, job.usable) == (True, ())
        look(jobs, Hold.FRESH)
        assert (job.stale, len(job.usable)) == (False, 1)

    play(Script(*story([BETTER])), scene)


def test_an_edit_stops_the_run_it_makes_pointless() -> None:
    script = Script(*story([BETTER])[:3], forever)

    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: job.candidates)
        look(jobs, Hold.EDITED)
        assert (job.phase, job.stale) == (Phase.CANCELLED, True)
        await until(lambda: script.left)
        look(jobs, Hold.FRESH)
        assert len(job.usable) == 1

    play(script, scene)


def test_a_run_that_cannot_go_on_says_why_and_what_to_do() -> None:
    async def no_tests() -> None:
        raise Unavailable("No tests were found for f.", "Add a doctest.")

    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: not job.running)
        assert (job.phase, job.problem) == (Phase.FAILED, "No tests were found for f. Add a doctest.")

    play(Script(no_tests), scene)


def test_a_mistake_of_ours_ends_one_run_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def bug() -> None:
        raise ZeroDivisionError

    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: not job.running)
        assert job.phase is Phase.FAILED
        again = jobs.start("u", target(), settings)
        assert again.running

    with caplog.at_level(logging.ERROR):
        play(Script(bug), scene)
    assert "job-1 failed" in caplog.text


def again(job: Job) -> Again:
    candidates = {node.id: node.candidate for node in job.candidates}
    return Again(target=job.target, candidates=candidates, footing="1")


def test_a_check_that_is_called_off_before_it_began_keeps_no_other_from_beginning() -> None:
    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: not job.running)
        told: list[str] = []
        jobs.unsettle(job, "2")
        jobs.check(job, again(job), lambda: told.append("the first"))
        look(jobs, Hold.COSMETIC)
        assert job.checking is None
        jobs.check(job, again(job), lambda: told.append("the second"))
        await until(lambda: told)
        assert (told, job.hold, job.footing) == (["the second"], Hold.FRESH, "1")
        assert "still holds" in job.search.summary

    play(Script(*story([BETTER])), scene)


def test_a_mistake_of_ours_in_a_check_leaves_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    async def bug() -> Settings:
        raise ZeroDivisionError

    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: not job.running)
        jobs.unsettle(job, "2")
        job.settings = bug
        jobs.check(job, again(job), lambda: None)
        await until(lambda: job.fresh)
        assert (job.candidates, job.checking) == ((), None)
        assert job.search.summary.startswith("ORPS made a mistake")

    with caplog.at_level(logging.ERROR):
        play(Script(*story([BETTER])), scene)


def test_what_fails_while_it_is_being_stopped_stays_stopped(caplog: pytest.LogCaptureFixture) -> None:
    async def clumsy() -> None:
        try:
            await forever()
        except asyncio.CancelledError:
            raise OSError from None

    script = Script(clumsy)

    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: script.began)
        jobs.stop(job.id)
        await until(lambda: script.left)
        assert (job.phase, job.fault) == (Phase.CANCELLED, False)

    with caplog.at_level(logging.ERROR):
        heard = play(script, scene)
    assert heard.said == ["job-1 started", "job-1 cancelled"]


def test_at_most_so_many_run_at_once() -> None:
    script = Script(forever)

    async def scene(jobs: Jobs, _: Heard) -> None:
        first, second = jobs.start("u", target(), settings), jobs.start("u", target("g"), settings)
        await until(lambda: script.began)
        assert (len(script.began), second.running, second.waiting) == (1, True, True)
        jobs.stop(first.id)
        await until(lambda: len(script.began) == 2)

    play(script, scene, at_once=1)


def test_dismissing_hides_a_candidate_and_then_the_job() -> None:
    async def scene(jobs: Jobs, _: Heard) -> None:
        job = jobs.start("u", target(), settings)
        await until(lambda: not job.running)
        assert jobs.dismiss(job.id, "2") == 1
        assert [node.id for node in job.candidates] == [1]
        assert (jobs.dismiss(job.id, "2"), jobs.dismiss(job.id, None), jobs.dismiss(job.id, None)) == (
            0,
            1,
            0,
        )
        assert jobs.get(job.id) is None

    play(Script(*story([BETTER, BETTER])), scene)


def test_closing_stops_everything_and_does_not_wait_for_ever() -> None:
    async def run() -> None:
        released = asyncio.Event()

        async def stubborn() -> None:
            try:
                await forever()
            finally:
                await released.wait()

        script = Script(stubborn)
        jobs = Jobs(core(script), Heard())
        job = jobs.start("u", target(), settings)
        await until(lambda: script.began)
        await jobs.close(0.05)
        assert job.task is not None
        assert not job.task.done()
        released.set()
        await asyncio.wait([job.task])

    asyncio.run(run())


def test_old_jobs_are_forgotten_before_they_fill_the_memory() -> None:
    async def scene(jobs: Jobs, _: Heard) -> None:
        for number in range(150):
            job = jobs.start(f"u{number}", target(), settings)
            await until(lambda job=job: not job.running)  # type: ignore[misc]
        assert len(jobs.all()) == 100
        assert jobs.get("job-150") is not None

    play(Script(*story([])), scene)
