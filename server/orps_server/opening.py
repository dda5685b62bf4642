"""Opens a session: the second half of start-up, after the reply to `initialize` (see app.py)."""

from lsprotocol import types as lsp

from . import protocol
from .core import Core
from .features import code_action, code_lens, commands, lifecycle, synchronisation
from .session import Session
from .transport import Server


def open_session(server: Server, params: lsp.InitializeParams, core: Core | None = None) -> Session:
    server.protocol.learn(protocol.teach)
    session = Session(server, params, core or Core())
    for feature in (code_action, code_lens, commands, lifecycle, synchronisation):
        feature.register(session)
    return session
