"""Asks the client for the settings of a document, each time they are needed: nothing to keep in step."""

import logging

from lsprotocol import types as lsp

from orps_core import Settings
from orps_server import plain, protocol, settings
from orps_server.from_lsp import Client
from orps_server.settings import Preferences
from orps_server.transport import Server, Unanswered

logger = logging.getLogger(__name__)


class Configuration:
    def __init__(self, server: Server, client: Client, first: object) -> None:
        self._server = server
        self._client = client
        self._first = first
        self._complaints: set[tuple[str, int]] = set()
        self._preferences: dict[str, Preferences] = {}

    def preferences(self, uri: str) -> Preferences:
        """As they were when the settings of the document were last asked for."""
        return self._preferences.get(uri) or settings.read(self._first).preferences

    def forget(self, uri: str) -> None:
        self._preferences.pop(uri, None)

    async def of(self, uri: str) -> Settings:
        reading = settings.read(await self._raw(uri))
        self._preferences[uri] = reading.preferences
        for complaint in reading.complaints:
            self.complain(complaint)
        return reading.settings

    async def _raw(self, uri: str) -> object:
        """The client's answer; what it sent at start when it cannot or does not answer."""
        if not self._client.configuration:
            return self._first
        item = lsp.ConfigurationItem(scope_uri=uri, section=protocol.SECTION)
        try:
            answer = await self._server.ask(
                lsp.WORKSPACE_CONFIGURATION, lsp.ConfigurationParams(items=[item]), seconds=5
            )
        except Unanswered as problem:
            logger.warning("settings: %s", problem)
            return self._first
        values = plain.items(answer)
        return values[0] if values and values[0] is not None else self._first

    def take(self, pushed: object) -> None:
        """Settings sent by a client that cannot be asked for them."""
        ours = plain.members(pushed).get(protocol.SECTION)
        self._first = self._first if ours is None else ours

    def complain(self, complaint: str, since: int = 0) -> None:
        """Once in a session for each, and once more when ``since`` is another."""
        if (complaint, since) in self._complaints:
            return
        self._complaints.add((complaint, since))
        self._server.tell(
            lsp.WINDOW_SHOW_MESSAGE, lsp.ShowMessageParams(type=lsp.MessageType.Warning, message=complaint)
        )
