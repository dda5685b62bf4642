"""One task acts at a time, and who is no longer wanted keeps nobody waiting."""

import asyncio
from dataclasses import dataclass

import pytest

from orps_core.domain.events import Event
from orps_core.floor import Floor
from orps_core.ports import Unusable


@dataclass(frozen=True, slots=True)
class _Still:
    def now(self) -> float:
        return 0.0


async def _nobody(event: Event) -> None:
    del event


@pytest.mark.parametrize("refuses", [False, True])
def test_an_answer_that_comes_with_the_cancellation_keeps_nobody_waiting(refuses: bool) -> None:  # noqa: FBT001  (a parameter)
    floor, went_on = Floor(_nobody, _Still(), None), list[str]()

    async def answer() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if refuses:
                raise Unusable("too late") from None

    async def asking() -> None:
        await floor.abroad(answer)
        went_on.append("asking")

    async def search() -> None:
        task = asyncio.create_task(floor.acting(asking))
        await floor.idle(lambda: asyncio.sleep(0))
        await floor.idle(lambda: asyncio.sleep(0))
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()

    async def work() -> None:
        async with asyncio.timeout(5):
            await floor.acting(search)

    asyncio.run(work())
    assert went_on == []
