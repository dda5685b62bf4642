"""Opens a session: the second half of start-up, after the reply to `initialize` (see app.py)."""

import os
from pathlib import Path

from lsprotocol import types as lsp

from . import protocol
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
from .session import Session
from .transport import Server


def open_session(server: Server, params: lsp.InitializeParams, core: Core | None = None) -> Session:
    server.protocol.learn(protocol.teach)
    state = state_folder(os.environ, Path.home())
    session = Session(server, params, core or Core(), state)
    shown = (code_action, code_lens, commands, review, asking, hints)
    features = (*shown, lifecycle, synchronisation, on_save, rechecking, remembering)
    for feature in (*features, registration):
        feature.register(session)
    return session
