"""The whole loop, as Visual Studio Code (over the real core), Neovim and Emacs announce themselves."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cattrs import Converter
from lsprotocol import types as lsp
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import register_lsp_features

from tests.server.editor import edited
from tests.server.wire import PATIENCE, Message, environment

pytestmark = pytest.mark.slow

BUFFER = '''\
"""😋 Not what lies on the disk."""


def ways(steps):
    """In how many ways can one climb so many steps?

    >>> ways(5)
    8
    """
    if steps < 2:
        return 1
    return ways(steps - 1) + ways(steps - 2)
'''
DISK = "def ways(steps):\n    raise NotImplementedError\n"
TESTS = "from things import ways\n\n\ndef test_ways():\n    assert ways(12) == 233\n"
LINE = 10
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _converter() -> Converter:
    """lsprotocol takes a code action for a command because both have the key ``command``."""
    made: Converter = default_converter()  # type: ignore[no-untyped-call]

    def choose(value: Any, _: object) -> lsp.Command | lsp.CodeAction:
        bare = isinstance(value.get("command"), str)
        return made.structure(value, lsp.Command) if bare else made.structure(value, lsp.CodeAction)

    made.register_structure_hook(lsp.Command | lsp.CodeAction, choose)
    return made


def _refresh(_params: None) -> None:
    """The code lenses are not looked at here."""


class Person:
    """Someone at an editor with one open document."""

    def __init__(self, client: LanguageClient, uri: str, encoding: str) -> None:
        self.client = client
        self.uri = uri
        self.text = BUFFER
        self.version = 0
        window = client.capabilities.window if client.capabilities else None
        self.shows_documents = bool(window and window.show_document)
        self.codec = CODECS[encoding]
        client.feature(lsp.WORKSPACE_APPLY_EDIT)(self._edit())

    def _edit(self) -> Callable[[lsp.ApplyWorkspaceEditParams], lsp.ApplyWorkspaceEditResult]:
        def apply(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
            (change,) = list(params.edit.document_changes or ())
            assert isinstance(change, lsp.TextDocumentEdit)
            assert (change.text_document.uri, change.text_document.version) == (self.uri, self.version)
            edits: list[Message] = default_converter().unstructure(change.edits)  # type: ignore[no-untyped-call]
            self.write(edited(self.text, edits, *self.codec))
            return lsp.ApplyWorkspaceEditResult(applied=True)

        return apply

    def open(self) -> None:
        item = lsp.TextDocumentItem(self.uri, language_id="python", version=self.version, text=self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def write(self, text: str) -> None:
        self.text, self.version = text, self.version + 1
        document = lsp.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    async def actions(self) -> dict[str, lsp.CodeAction]:
        at = lsp.Position(LINE, 4)
        context = lsp.CodeActionContext([], trigger_kind=lsp.CodeActionTriggerKind.Invoked)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(self.uri), lsp.Range(at, at), context)
        found = await self.client.text_document_code_action_async(params)
        return {str(each.kind): each for each in found or () if isinstance(each, lsp.CodeAction)}

    async def act(self, kind: str) -> Any:
        action = (await self.actions())[f"refactor.rewrite.orps{kind}"]
        assert action.command is not None
        return await self.command(action.command.command, *(action.command.arguments or ()))

    async def command(self, name: str, *arguments: Any) -> Any:
        params = lsp.ExecuteCommandParams(name, arguments)
        answer = await self.client.workspace_execute_command_async(params)
        return json.loads(json.dumps(answer, default=lambda value: value._asdict()))

    async def until(self, look: Callable[[], Awaitable[object]], seconds: float = PATIENCE) -> None:
        async with asyncio.timeout(seconds):
            while not await look():  # noqa: ASYNC110  (it is another process that is waited for)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def session(profile: str, server: str, folder: Path) -> AsyncGenerator[Person]:
    client: Any = LanguageClient(converter_factory=_converter)  # Half of it carries no types.
    register_lsp_features(client)
    register: Any = client.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)
    register(_refresh)
    client.set_configuration({"orps": {"budgetSeconds": 150}})
    await client.start_io(sys.executable, "-m", server, "--stdio", env=environment())
    capabilities = client_capabilities(profile)
    params = lsp.InitializeParams(capabilities=capabilities, root_uri=folder.as_uri())
    result = await client.initialize_session(params)
    person = Person(
        client, (folder / "things.py").as_uri(), str(result.capabilities.position_encoding or "utf-16")
    )
    person.open()
    yield person
    await client.shutdown_session()
    await client.stop()


REAL, SCRIPTED = "orps_server", "tests.server.probe"


@pytest.mark.parametrize(
    ("profile", "server"), [("visual_studio_code", REAL), ("neovim", SCRIPTED), ("emacs", SCRIPTED)]
)
def test_from_the_light_bulb_to_the_changed_text(profile: str, server: str, tmp_path: Path) -> None:
    (tmp_path / "things.py").write_text(DISK)
    (tmp_path / "test_things.py").write_text(TESTS)
    before = snapshot(tmp_path)

    async def scene() -> None:
        async with session(profile, server, tmp_path) as person:
            await _loop(person, real=server == REAL)

    asyncio.run(scene())
    assert snapshot(tmp_path) == before


async def _loop(person: Person, *, real: bool) -> None:
    job = (await person.act(""))["jobId"]

    async def done() -> bool:
        (state,) = (await person.command("orps.server.jobs", {"uri": person.uri}))["jobs"]
        assert state["state"] in {"running", "done"}, state["message"]
        return bool(state["state"] == "done")

    await person.until(done)
    reports: list[Any] = [*person.client.progress_reports.get(f"orps/{job}", ())]
    if real:  # The other one has ended before its progress could begin.
        assert [reports[0].kind, reports[-1].kind] == ["begin", "end"]

    found = (await person.command("orps.server.candidates", {"jobId": job}))["candidates"]
    assert found, await person.command("orps.server.jobs", {})
    best = found[0]
    assert best["best"]
    assert (best["passed"], best["counted"]) == ((2, 2) if real else (1, 1))
    assert min(best["ratio"], best["low"]) > 1
    ref = {"jobId": job, "candidateId": best["candidateId"]}
    content = await person.command("orps.server.content", ref)
    assert ("cache" if real else "[x,]") in content["text"]
    assert content["diff"].startswith("--- a/things.py\n+++ b/things.py\n")

    reviewed = await person.act(".review")
    assert reviewed["shown"] is person.shows_documents
    shown = [each.uri for each in person.client.shown_documents] or [reviewed["path"]]
    assert [each.endswith(".diff") for each in shown] == [True]

    assert (await person.act(".apply"))["applied"]
    assert person.text == content["text"]
    refused = await person.command("orps.server.apply", ref)
    assert (refused["applied"], bool(refused["reason"]), bool(refused["advice"])) == (False, True, True)

    person.write(BUFFER)  # Undo.
    assert (await person.command("orps.server.apply", ref))["applied"]
    person.write(BUFFER.replace("return 1", "return  1"))
    assert not (await person.command("orps.server.apply", ref))["applied"]
