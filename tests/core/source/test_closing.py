import pytest

from orps_core.source.closing import is_closed


@pytest.mark.parametrize(
    "piece",
    [
        "x = 1; for",
        "f(a[1], {'b': (2)}) # it's (",
        "x = '''a ' \"\"\" ( ''' 1",
        'x = "\\"" + \'\' + """"""',
        "x = 'a\\\nb'",
    ],
)
def test_what_ends_all_it_begins_is_closed(piece: str) -> None:
    assert is_closed(piece.encode())


@pytest.mark.parametrize(
    "piece", ["f(", "f)", ")(", "[(])", "'''a'", "'''a''", "''' ' \"", "x = '", '"\n"', "a \\\n"]
)
def test_what_may_end_behind_it_is_not(piece: str) -> None:
    assert not is_closed(piece.encode())
