"""Open documents, whose text an edit changes where the client means it: pygls' own lose track of it."""

from collections.abc import Sequence
from urllib.parse import unquote

from lsprotocol import types as lsp
from pygls.workspace import TextDocument, Workspace

from .lines import Lines, Place, units, without_surrogates


class Document(TextDocument):
    """Fault: pygls splits lines where Python does (form feed, U+2028 …), so that edits hit the wrong line.

    It also moves a position beyond the end of a line into the line end, or before the last character.
    """

    _read: Lines | None = None
    notebook: str | None = None
    """The URI of the notebook whose cell this is."""

    @property
    def units(self) -> str:
        return str(self._position_codec.encoding)

    @property
    def read(self) -> Lines:
        """The text with its lines looked up, once for each text: a key stroke must not cost twice."""
        if self._read is None or self._read.text is not self.source:
            self._read = self._whole(self.source)
        return self._read

    def _whole(self, text: str) -> Lines:
        return Lines(text, units(self.units))

    @property
    def lines(self) -> Sequence[str]:
        return self.read.whole

    def apply_change(self, change: lsp.TextDocumentContentChangeEvent) -> None:
        new = without_surrogates(change.text)
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            start, end = change.range.start, change.range.end
            self._read = self.read.replaced(
                Place(start.line, start.character), Place(end.line, end.character), new
            )
        else:
            self._read = self._whole(new)
        self._source = self._read.text


class Documents(Workspace):
    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        return Document(
            doc_uri,
            source=None if source is None else without_surrogates(source),
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )

    def put_text_document(self, text_document: lsp.TextDocumentItem, notebook_uri: str | None = None) -> None:
        super().put_text_document(text_document, notebook_uri)
        made = self._text_documents[unquote(text_document.uri)]
        if isinstance(made, Document):
            made.notebook = notebook_uri
