"""What the client says, in our words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from . import plain, protocol
from .documents import Source, path_of
from .texts import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What the client can do, as far as it matters to us."""

    speaks_orps: bool
    reviews: bool
    has_models: bool
    configuration: bool
    registers_configuration: bool
    progress: bool
    lenses: bool
    lens_refresh: bool
    shows_documents: bool
    reads_documents: bool
    registers_documents: bool
    asks: bool
    action_literals: bool
    disabled_actions: bool
    versioned_edits: bool
    annotated_edits: bool
    marked_edits: bool
    versioned_diagnostics: bool


def client(capabilities: lsp.ClientCapabilities) -> Client:
    workspace = capabilities.workspace or lsp.WorkspaceClientCapabilities()
    window = capabilities.window or lsp.WindowClientCapabilities()
    text = capabilities.text_document or lsp.TextDocumentClientCapabilities()
    action = text.code_action or lsp.CodeActionClientCapabilities()
    edit = workspace.workspace_edit or lsp.WorkspaceEditClientCapabilities()
    content = workspace.text_document_content
    pushed = workspace.did_change_configuration
    diagnostics = text.publish_diagnostics
    ours = plain.members(plain.members(capabilities.experimental).get(protocol.SECTION))
    version = ours.get("protocolVersion")
    speaks = isinstance(version, int) and version >= protocol.PROTOCOL_VERSION
    return Client(
        speaks_orps=speaks,
        reviews=speaks and ours.get("review") is True,
        has_models=speaks and ours.get("lm") is True,
        configuration=bool(workspace.configuration),
        registers_configuration=bool(pushed and pushed.dynamic_registration),
        progress=bool(window.work_done_progress),
        lenses=text.code_lens is not None,
        lens_refresh=bool(workspace.code_lens and workspace.code_lens.refresh_support),
        shows_documents=bool(window.show_document and window.show_document.support),
        reads_documents=content is not None,
        registers_documents=bool(content and content.dynamic_registration),
        asks=window.show_message is not None,
        action_literals=action.code_action_literal_support is not None,
        disabled_actions=bool(action.disabled_support),
        # Neovim declares resource operations only; the specification puts both into the same list.
        versioned_edits=bool(edit.document_changes or edit.resource_operations),
        annotated_edits=bool(edit.document_changes and edit.change_annotation_support),
        marked_edits=bool(edit.metadata_support),
        versioned_diagnostics=bool(diagnostics and diagnostics.version_support),
    )


def first_settings(params: lsp.InitializeParams) -> object:
    return plain.members(params.initialization_options).get("settings")


def is_python(document: Document) -> bool:
    """Some clients send everything they have open; a client that names no language means Python."""
    return document.language_id in {"python", "", None}


def source(document: Document) -> Source:
    return Source(
        uri=document.uri,
        path=None if document.notebook else path_of(document.uri),
        notebook=document.notebook,
        version=document.version,
        lines=document.read,
    )


def lines_of(selection: lsp.Range) -> tuple[int, int]:
    """First and last line of a selection; one that ends before the first character of a line excludes it."""
    first, last = selection.start.line, selection.end.line
    if last > first and selection.end.character == 0:
        last -= 1
    return first, last


def wanted(kind: str, only: Sequence[str | lsp.CodeActionKind] | None) -> bool:
    """Does the client want actions of this kind? Kinds are hierarchical, parts end at dots."""
    if only is None:
        return True
    names = [str(getattr(each, "value", each)) for each in only]
    return any(not name or kind == name or kind.startswith(f"{name}.") for name in names)


def wanted_below(kind: str, only: Sequence[str | lsp.CodeActionKind] | None) -> bool:
    """True if this kind, or any below it, is wanted."""
    return only is None or any(
        wanted(kind, [each]) or str(getattr(each, "value", each)).startswith(kind) for each in only
    )


def asked_by_a_person(context: lsp.CodeActionContext) -> bool:
    return context.trigger_kind is not lsp.CodeActionTriggerKind.Automatic


def folder_of(uri: str, folders: Mapping[str, lsp.WorkspaceFolder], root: str | None) -> str | None:
    """The innermost workspace folder that holds the document, as a path."""
    path = path_of(uri)
    known = [to_fs_path(folder.uri) for folder in folders.values()] or [root]
    holding = [each for each in known if each and path and PurePath(path).is_relative_to(each)]
    return max(holding, key=len, default=None)
