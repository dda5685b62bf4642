"""What applying a candidate would change in its document as it is now, found out beside the loop."""

import asyncio
import dataclasses

from orps_core import Splice
from orps_core.domain.candidate import Candidate
from orps_core.domain.target import Target
from orps_core.domain.tree import Node
from orps_server.applying import Plan, Refusal, plan
from orps_server.core import Core
from orps_server.documents import LONG, Page
from orps_server.jobs import Job
from orps_server.session import Session


async def planned(session: Session, job: Job, node: Node) -> tuple[Page, Plan | Refusal] | None:
    """About the document and the job as they are when this returns; None when it is not open."""
    core = session.core
    aside = _aside(core)
    while (page := await session.read(job.uri)) is not None:
        if len(page.text) <= LONG:
            return page, plan(core, page, job, node)
        hold = job.hold
        made = await asyncio.to_thread(plan, aside, page, job, node)
        if session.page(job.uri) is page and job.hold is hold:
            return page, made
    return None


def _aside(core: Core) -> Core:
    def cut(path: str, text: str, qualname: str) -> Target:
        return core.beside(core.cut, path, text, qualname)

    def splice(target: Target, candidate: Candidate) -> Splice:
        return core.beside(core.splice, target, candidate)

    return dataclasses.replace(core, cut=cut, splice=splice)
