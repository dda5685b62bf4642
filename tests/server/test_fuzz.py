import pytest

from tests.server.fuzz import ENCODINGS, Author, session

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_whatever_is_edited_the_document_is_the_same_and_applies_land_where_they_belong(
    encoding: str,
) -> None:
    """Forty documents; tens of thousands are written by tests/bench/server_editing.py."""
    applied = 0
    with session(encoding) as editor:
        for sequence in range(40):
            author = Author(editor, encoding, seed=f"ci/{sequence}")
            author.write()
            applied += author.applied
    assert applied > 8
