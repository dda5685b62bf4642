"""What applying a candidate would change in its document as it is now, found out beside the loop."""

import asyncio
import dataclasses

from orps_core.domain.tree import Node
from orps_server.applying import Plan, Refusal, plan
from orps_server.documents import LONG, Page
from orps_server.jobs import Job
from orps_server.session import Session


async def planned(session: Session, job: Job, node: Node) -> tuple[Page, Plan | Refusal] | None:
    """About the document and the job as they are when this returns; None when it is not open."""
    core = session.core
    aside = dataclasses.replace(
        core,
        cut=lambda path, text, name: core.beside(core.cut, path, text, name),
        splice=lambda target, candidate: core.beside(core.splice, target, candidate),
    )
    while (page := await session.read(job.uri)) is not None:
        if len(page.text) <= LONG:
            return page, plan(core, page, job, node)
        hold = job.hold
        made = await asyncio.to_thread(plan, aside, page, job, node)
        if session.page(job.uri) is page and job.hold is hold:
            return page, made
    return None
