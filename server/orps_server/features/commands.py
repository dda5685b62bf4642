"""The commands of docs/protocol.md. Each answers at once; long work is a job.

What could not be done is said in the answer. Clients that do not speak ORPS throw answers away: they are also
sent a message.
"""

from functools import partial

from orps_core.ports import Unavailable
from orps_server import protocol, to_lsp
from orps_server.session import Session
from orps_server.wording import in_settings

from . import apply, doctor, review


def register(session: Session) -> None:
    _register_jobs(session)
    _register_candidates(session)

    @session.server.command(protocol.DOCTOR)
    async def examine(argument: protocol.DoctorArgument) -> protocol.Report | protocol.Refused:
        return session.announcements.told(await doctor.examine(session, argument))


def _register_jobs(session: Session) -> None:
    server, jobs = session.server, session.jobs

    @server.command(protocol.REFINE)
    async def start(argument: protocol.RefineArgument) -> protocol.Started | protocol.Refused:
        return session.announcements.told(await refine(session, argument))

    @server.command(protocol.STOP)
    def stop(argument: protocol.JobRef) -> protocol.Stopped:
        return protocol.Stopped(stopped=jobs.stop(argument.job_id))

    @server.command(protocol.JOBS)
    def list_jobs(argument: protocol.JobsArgument) -> protocol.JobList:
        chosen = jobs.all() if argument.uri is None else jobs.of(session.known(argument.uri))
        return protocol.JobList(jobs=tuple(to_lsp.job_state(job) for job in chosen))

    @server.command(protocol.HEALTH)
    def status(_argument: protocol.Nothing) -> protocol.Status:
        return session.announcements.status


def _register_candidates(session: Session) -> None:
    server, jobs = session.server, session.jobs

    @server.command(protocol.CANDIDATES)
    def candidates(argument: protocol.JobRef) -> protocol.CandidateList:
        job = jobs.get(argument.job_id)
        nodes = job.candidates if job else ()
        return protocol.CandidateList(
            candidates=tuple(to_lsp.candidate(session.core, job, node) for node in nodes if job)
        )

    @server.command(protocol.CONTENT)
    async def content(argument: protocol.CandidateRef) -> protocol.Content | protocol.Refused:
        return await review.content(session, argument)

    @server.command(protocol.REVIEW)
    async def show(argument: protocol.CandidateRef) -> protocol.Reviewed | protocol.Refused:
        return session.announcements.told(await review.review(session, argument))

    @server.command(protocol.APPLY)
    async def put(argument: protocol.CandidateRef) -> protocol.Applied:
        return session.announcements.told(await apply.apply(session, argument))

    @server.command(protocol.DISMISS)
    def dismiss(argument: protocol.DismissArgument) -> protocol.Dismissed:
        return protocol.Dismissed(dismissed=jobs.dismiss(argument.job_id, argument.candidate_id))


async def refine(session: Session, argument: protocol.RefineArgument) -> protocol.Started | protocol.Refused:
    """Cut the target out of the document as it is, and leave the rest to a job."""
    while True:
        page = await session.read(argument.uri)
        if page is None:
            return protocol.Refused(error="The document is not open.", advice="Open it, then refine again.")
        if page.home is None:
            return protocol.Refused(
                error="The document has never been saved, so its tests cannot be found.",
                advice="Save it first.",
            )
        try:
            target = await session.cut(page, argument.qualname)
        except Unavailable as problem:
            return protocol.Refused(error=problem.reason, advice=in_settings(problem.advice))
        if session.page(argument.uri) is page:
            break
    job = session.jobs.start(page.uri, target, partial(session.settings, page.uri, argument.objective))
    return protocol.Started(job_id=job.id)
