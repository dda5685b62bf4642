"""Creates the language server.

Start-up is split in two. What `initialize` needs is here, and imports nothing but pygls and light modules of
ours. The handlers, and with them the core and its parsers, are imported by `_warm` on `initialized`: after
the reply, when no editor waits. Their capabilities are announced by `_announce` beforehand; a test holds the
two lists together.
"""

from collections.abc import Callable
from importlib import import_module

from lsprotocol import types as lsp

from . import __version__, protocol
from .transport import Server

Warm = Callable[[Server, lsp.InitializeParams], object]


def create(warm: Warm | None = None) -> Server:
    """``warm`` replaces the second half of start-up in tests."""
    server = Server("orps", __version__, _announce)
    opened: list[lsp.InitializeParams] = []

    @server.feature(lsp.INITIALIZE)
    def remember(params: lsp.InitializeParams) -> None:
        opened.append(params)

    @server.feature(lsp.INITIALIZED)
    def initialized(_params: lsp.InitializedParams) -> None:
        (warm or _warm)(server, opened[-1])

    return server


def _announce(params: lsp.InitializeParams, capabilities: lsp.ServerCapabilities) -> None:
    capabilities.code_action_provider = lsp.CodeActionOptions(
        code_action_kinds=[protocol.REFINE_KIND], resolve_provider=True
    )
    capabilities.code_lens_provider = lsp.CodeLensOptions(resolve_provider=False)
    capabilities.execute_command_provider = lsp.ExecuteCommandOptions(commands=list(protocol.COMMANDS))
    # Announced here because its handlers are registered later, when pygls does not look any more.
    if isinstance(sync := capabilities.text_document_sync, lsp.TextDocumentSyncOptions):
        sync.save, sync.will_save = lsp.SaveOptions(include_text=False), True
    offered = params.capabilities.workspace and params.capabilities.workspace.text_document_content
    # Whoever lets us register it later is asked then, unless it opens its own diffs.
    if offered and not offered.dynamic_registration and capabilities.workspace is not None:
        schemes = lsp.TextDocumentContentOptions(schemes=[protocol.DOCUMENTS])
        capabilities.workspace.text_document_content = schemes
    if params.capabilities.notebook_document is not None:
        python = lsp.NotebookDocumentFilterWithCells(cells=[lsp.NotebookCellLanguage(language="python")])
        capabilities.notebook_document_sync = lsp.NotebookDocumentSyncOptions(notebook_selector=[python])
    capabilities.experimental = {protocol.SECTION: {"protocolVersion": protocol.PROTOCOL_VERSION}}


def _warm(server: Server, params: lsp.InitializeParams) -> None:
    """The one late import: `orps_server.opening` brings everything that is not needed before the reply."""
    import_module("orps_server.opening").open_session(server, params)
