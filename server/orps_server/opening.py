"""Opens a session: the second half of start-up, after the reply to `initialize` (see app.py)."""

from lsprotocol import types as lsp

from . import protocol
from .core import Core
from .features import (
    asking,
    code_action,
    code_lens,
    commands,
    hints,
    lifecycle,
    rechecking,
    registration,
    review,
    synchronisation,
)
from .session import Session
from .transport import Server


def open_session(server: Server, params: lsp.InitializeParams, core: Core | None = None) -> Session:
    server.protocol.learn(protocol.teach)
    session = Session(server, params, core or Core())
    features = (
        code_action,
        code_lens,
        commands,
        review,
        lifecycle,
        synchronisation,
        asking,
        hints,
        rechecking,
    )
    for feature in (*features, registration):
        feature.register(session)
    return session
