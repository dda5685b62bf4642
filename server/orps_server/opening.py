"""Opens a session: the second half of start-up, after the reply to `initialize` (see app.py)."""

import gc
import os
from functools import partial
from pathlib import Path

from lsprotocol import types as lsp

import orps_core
from orps_core import Aside

from . import from_lsp, protocol
from .consent import state_folder
from .core import Core
from .features import (
    asking,
    code_action,
    code_lens,
    commands,
    hints,
    lifecycle,
    on_save,
    rechecking,
    registration,
    remembering,
    review,
    synchronisation,
)
from .features.relay import Relay
from .running import Runs
from .session import Session
from .transport import Server


def open_session(server: Server, params: lsp.InitializeParams, core: Core | None = None) -> Session:
    server.protocol.learn(protocol.teach)
    server.protocol.lasting = frozenset({protocol.REFINE})
    relay = Relay(server, from_lsp.client(params.capabilities), os.environ)
    relay.listen()
    core = core or _core(relay)
    session = Session(server, params, core, relay, state_folder(os.environ, Path.home()))
    shown = (code_action, code_lens, commands, review, asking, hints)
    features = (*shown, lifecycle, synchronisation, on_save, rechecking, remembering)
    for feature in (*features, registration):
        feature.register(session)
    # What has been imported stays. Looking through all of it for garbage holds the loop for 70 ms each time.
    gc.freeze()
    return session


def _core(relay: Relay) -> Core:
    """Runs read whole projects, politely; documents are read for somebody who waits, by another process."""
    projects, documents = Aside(nice=5), Aside()
    runs = Runs(projects)

    def close() -> None:
        projects.close()
        documents.close()

    return Core(
        refine=runs.with_end(partial(orps_core.refine, editor=relay.wire, beside=projects)),
        recheck=runs.with_end(partial(orps_core.recheck, beside=projects)),
        beside=documents,
        close=close,
    )
