"""Opens a session: the second half of start-up, after the reply to `initialize` (see app.py)."""

import os
from functools import partial
from pathlib import Path

from lsprotocol import types as lsp

import orps_core

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
from .session import Session
from .transport import Server


def open_session(server: Server, params: lsp.InitializeParams, core: Core | None = None) -> Session:
    server.protocol.learn(protocol.teach)
    server.protocol.lasting = frozenset({protocol.REFINE})
    relay = Relay(server, from_lsp.client(params.capabilities), os.environ)
    relay.listen()
    core = core or Core(refine=partial(orps_core.refine, editor=relay.wire))
    session = Session(server, params, core, relay, state_folder(os.environ, Path.home()))
    shown = (code_action, code_lens, commands, review, asking, hints)
    features = (*shown, lifecycle, synchronisation, on_save, rechecking, remembering)
    for feature in (*features, registration):
        feature.register(session)
    return session
