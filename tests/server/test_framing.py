from hypothesis import given
from hypothesis import strategies as st

from orps_server.framing import Fault, Frames

BODIES = st.lists(st.binary(max_size=40), max_size=5)


def framed(body: bytes, name: bytes = b"Content-Length") -> bytes:
    return b"%s: %d\r\n\r\n%s" % (name, len(body), body)


def read(data: bytes, cuts: list[int] | None = None, **more: int) -> list[bytes | Fault]:
    frames, found, at = Frames(**more), list[bytes | Fault](), 0
    for cut in [*sorted(cuts or []), len(data)]:
        found += frames.feed(data[at:cut])
        at = max(at, cut)
    return found


@given(bodies=BODIES, data=st.data())
def test_how_the_bytes_are_cut_into_pieces_changes_nothing(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(framed, bodies))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10))
    assert read(stream, cuts) == bodies


@given(junk=st.binary(max_size=60), data=st.data())
def test_any_bytes_are_read_to_their_end_the_same_way_however_they_come(
    junk: bytes, data: st.DataObject
) -> None:
    stream = junk + b"\r\n\r\n" + framed(b"{}")
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10))
    assert read(stream, cuts) == read(stream)


def test_headers_are_read_as_they_are_written() -> None:
    body = b"{}"
    for header in (
        b"content-length: 2\r\n\r\n",
        b"CONTENT-LENGTH:2\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 2\nX: y\n\n",
    ):
        assert read(header + body) == [body]


def test_behind_garbage_the_next_message_is_found() -> None:
    for garbage in (
        b"hello\r\n\r\n",
        b"{}",
        b"Content-Length: x\r\n\r\n",
        b"a" * 20_000,
        b"\r\n\r\n\xff\x00",
    ):
        assert read(garbage + framed(b"[1]"))[-1] == b"[1]"


def test_a_message_without_a_length_is_told_of() -> None:
    assert read(b"hello\r\n\r\n") == [Fault("a message without Content-Length")]
    assert read(b"\r\n\r\n") == []


def test_a_length_that_is_too_small_costs_one_message() -> None:
    wrong = b'Content-Length: 5\r\n\r\n{"id": 1}'
    assert read(wrong + framed(b"[1]") + framed(b"[2]")) == [b'{"id"', b"[1]", b"[2]"]


def test_a_message_that_is_too_long_is_passed_over() -> None:
    found = read(framed(b"a" * 50) + framed(b"[1]"), [7, 30, 60], longest=40)
    assert isinstance(found[0], Fault)
    assert found[1:] == [b"[1]"]
