"""What the client is asked for only after it has said what it can: dynamic registration."""

from lsprotocol import types as lsp

from orps_server import protocol
from orps_server.session import Session


def register(session: Session) -> None:
    wanted = list(_wanted(session))
    if wanted:
        session.server.request(lsp.CLIENT_REGISTER_CAPABILITY, lsp.RegistrationParams(registrations=wanted))


def _wanted(session: Session) -> list[lsp.Registration]:
    found: list[lsp.Registration] = []
    if session.client.registers_configuration:
        options: object = lsp.DidChangeConfigurationRegistrationOptions(section=protocol.SECTION)
        found.append(_registration(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if session.client.registers_documents and not session.client.reviews:
        options = lsp.TextDocumentContentRegistrationOptions(schemes=[protocol.DOCUMENTS])
        found.append(_registration(lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT, options))
    return found


def _registration(method: str, options: object) -> lsp.Registration:
    return lsp.Registration(id=f"orps/{method}", method=method, register_options=options)
