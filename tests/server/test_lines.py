import pytest
from hypothesis import given
from hypothesis import strategies as st

from orps_server.lines import UTF8, UTF16, UTF32, Lines, Place, Units, units, without_surrogates

ALPHABET = st.sampled_from(
    ["a", "é", "漢", "😋", " ", "\t", "\n", "\r", "\r\n", "\f", "\v", "\x1c", "\x85", "\u2028"]
)
TEXTS = st.lists(ALPHABET, max_size=30).map("".join)
UNITS = st.sampled_from([UTF8, UTF16, UTF32])


class Model:
    """The protocol read literally: a document is a list of code units, broken by CRLF, LF and CR."""

    def __init__(self, text: str, codec: Units) -> None:
        raw = text.encode(codec.codec)
        self.codec = codec
        self.units = [raw[i : i + codec.width] for i in range(0, len(raw), codec.width)]

    @property
    def text(self) -> str:
        return b"".join(self.units).decode(self.codec.codec)

    def _is(self, at: int, character: str) -> bool:
        return at < len(self.units) and self.units[at] == character.encode(self.codec.codec)

    def lines(self) -> list[tuple[int, int]]:
        """Start of each line and end of its content."""
        found, start, at = list[tuple[int, int]](), 0, 0
        while at < len(self.units):
            ends = self._is(at, "\r") or self._is(at, "\n")
            width = 2 if self._is(at, "\r") and self._is(at + 1, "\n") else 1
            if ends:
                found.append((start, at))
                start = at + width
            at += width if ends else 1
        return [*found, (start, len(self.units))]

    def at(self, place: Place) -> int:
        lines = self.lines()
        if place.line >= len(lines):
            return len(self.units)
        start, end = lines[place.line]
        return min(start + place.character, end)

    def replace(self, start: Place, end: Place, new: str) -> None:
        self.units[self.at(start) : self.at(end)] = Model(new, self.codec).units


@given(text=TEXTS, codec=UNITS, data=st.data())
def test_every_boundary_survives_the_way_to_the_client_and_back(
    text: str, codec: Units, data: st.DataObject
) -> None:
    lines = Lines(text, codec)
    index = data.draw(st.integers(0, len(text)))
    if text[index - 1 : index + 1] == "\r\n":
        index += 1  # No place lies inside a line end.
    offset = len(text[:index].encode())
    assert lines.offset(lines.place(offset)) == offset


def same(some: Lines, others: Lines) -> bool:
    """Whether both know the same lines, starting at the same bytes."""
    starts = [[each.start(line) for line in range(len(each) + 1)] for each in (some, others)]
    return some.whole == others.whole and starts[0] == starts[1]


@given(text=TEXTS, codec=UNITS, data=st.data())
def test_edits_agree_with_the_protocol_read_literally(text: str, codec: Units, data: st.DataObject) -> None:
    model = Model(text, codec)
    lines = Lines(text, codec)
    for _ in range(data.draw(st.integers(1, 4))):
        text = lines.text
        offsets = st.integers(0, len(text)).map(lambda index, text=text: len(text[:index].encode()))  # type: ignore[misc]
        begin, end = sorted(lines.place(data.draw(offsets)) for _ in range(2))
        far = data.draw(st.sampled_from([0, 0, 1, 99]))
        end = Place(end.line, end.character + far) if codec is UTF32 else end
        new = data.draw(TEXTS)
        lines = lines.replaced(begin, end, new)
        model.replace(begin, end, new)
        assert lines.text == model.text
        assert same(lines, Lines(lines.text, codec))


@given(text=TEXTS)
def test_the_lines_put_together_are_the_text(text: str) -> None:
    whole = Lines(text, UTF16).whole
    assert "".join(whole) == text
    assert all(line.rstrip("\r\n") + line[len(line.rstrip("\r\n")) :] == line and line for line in whole)


@pytest.mark.parametrize("character", ["\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_what_only_python_calls_a_line_end_ends_no_line(character: str) -> None:
    assert len(Lines(f"a{character}b\nc", UTF16)) == 2


def test_a_place_inside_a_surrogate_pair_is_the_one_before_it() -> None:
    assert Lines("a😋b", UTF16).offset(Place(0, 2)) == 1


def test_a_place_beyond_a_line_is_its_end_and_not_the_next_line() -> None:
    lines = Lines("ab\r\ncd", UTF16)
    assert [lines.offset(Place(0, 9)), lines.offset(Place(1, 9)), lines.offset(Place(7, 0))] == [2, 6, 6]


def test_a_lone_surrogate_is_shown_as_one_replacement_character() -> None:
    assert without_surrogates("a\ud83d😋") == "a\ufffd😋"


def test_utf_16_is_what_counts_unless_something_else_is_agreed() -> None:
    assert [units("utf-8"), units("utf-16"), units("utf-32"), units("")] == [UTF8, UTF16, UTF32, UTF16]
