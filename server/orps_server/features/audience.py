"""Everybody who hears what happens to the jobs."""

from orps_core.domain.tree import Node
from orps_server.jobs import Job, Listener


class Hearing:
    """A `Listener` that does nothing: others take what concerns them."""

    def started(self, job: Job) -> None: ...
    def changed(self, job: Job) -> None: ...
    def improved(self, job: Job, node: Node) -> None: ...
    def ended(self, job: Job) -> None: ...


class Audience:
    """Tells each `Listener` in turn. A feature joins when it is registered."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = list(listeners)

    def join(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def started(self, job: Job) -> None:
        for each in self._listeners:
            each.started(job)

    def changed(self, job: Job) -> None:
        for each in self._listeners:
            each.changed(job)

    def improved(self, job: Job, node: Node) -> None:
        for each in self._listeners:
            each.improved(job, node)

    def ended(self, job: Job) -> None:
        for each in self._listeners:
            each.ended(job)
