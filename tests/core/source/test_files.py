"""Documents on disk: what is read, what is written back, and what is left alone."""

import os
from pathlib import Path

import pytest

from orps_core.ports import Unavailable
from orps_core.source.files import read_document, write_document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def refusal(path: Path) -> str:
    with pytest.raises(Unavailable) as caught:
        read_document(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"x = '\xc3\xa9'\n", "utf-8", "x = 'é'\n"),
        (b"\xef\xbb\xbfx = 1\n", "utf-8-sig", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "iso-8859-1", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (
            b"#!/x\n# vim: set fileencoding=cp1252 :\ny = '\x80'\n",
            "cp1252",
            "#!/x\n# vim: set fileencoding=cp1252 :\ny = '€'\n",
        ),
        (b"a\r\nb\nc\rd", "utf-8", "a\r\nb\nc\rd"),
        (b"", "utf-8", ""),
    ],
)
def test_a_file_is_read_and_written_in_its_own_encoding_byte_for_byte(
    folder: Path, data: bytes, encoding: str, text: str
) -> None:
    path = folder / "a.py"
    path.write_bytes(data)
    document = read_document(path)
    assert (document.encoding, document.text) == (encoding, text)
    write_document(document, text + "z = 1\r\n")
    assert path.read_bytes() == data + b"z = 1\r\n"


@pytest.mark.parametrize("data", [b"x = '\xe9'\n", b"# coding: klingon\n", b"\xff\xfex\0"])
def test_what_is_not_python_text_is_refused(folder: Path, data: bytes) -> None:
    (folder / "a.py").write_bytes(data)
    assert "is not Python text" in refusal(folder / "a.py")


def test_a_misspelt_name_is_answered_with_near_ones(folder: Path) -> None:
    (folder / "stats.py").write_text("", encoding="utf-8")
    (folder / "half.py").write_text("", encoding="utf-8")
    assert refusal(folder / "stat.py").endswith(f"stat.py. Did you mean {folder / 'stats.py'}?")
    assert refusal(folder / "qqqqqq").endswith("Check the path.")
    assert refusal(folder / "nowhere" / "a.py").endswith("Check the path.")


def test_folders_and_unreadable_files_are_refused_with_a_reason(folder: Path) -> None:
    assert refusal(folder).endswith("is a folder. Name a Python file in it.")
    (folder / "a.py").symlink_to(folder / "a.py")
    assert "cannot be read" in refusal(folder / "a.py")
    (folder / "b.py").write_text("", encoding="utf-8")
    assert "cannot be read" in refusal(folder / "b.py" / "c.py")


def test_a_pipe_and_a_device_are_refused_before_anything_waits_for_them(folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")
    assert "is a pipe or a device" in refusal(folder / "pipe.py")
    assert "is a pipe or a device" in refusal(Path(os.devnull))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(folder: Path) -> None:
    (folder / "a.py").touch(mode=0o000)
    assert refusal(folder / "a.py").endswith("Permission denied. Check its permissions.")


def written(folder: Path) -> Path:
    path = folder / "a.py"
    path.write_text("x = 1\n", encoding="utf-8")
    return path


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_file_that_changed_meanwhile_is_not_written(folder: Path) -> None:
    path = written(folder)
    document = read_document(path)
    path.write_text("x = 2\n", encoding="utf-8")
    with pytest.raises(Unavailable, match="has changed since it was read, so nothing was written"):
        write_document(document, "x = 3\n")
    assert path.read_text(encoding="utf-8") == "x = 2\n"
    path.unlink()
    with pytest.raises(Unavailable, match="There is no file"):
        write_document(document, "x = 3\n")
    assert names(folder) == []


def test_the_mode_is_kept(folder: Path) -> None:
    path = written(folder)
    path.chmod(0o754)
    write_document(read_document(path), "x = 2\n")
    assert path.stat().st_mode & 0o7777 == 0o754


def test_writing_through_a_link_writes_the_file_and_keeps_the_link(folder: Path) -> None:
    path = written(folder)
    elsewhere = folder / "links"
    elsewhere.mkdir()
    link = elsewhere / "b.py"
    link.symlink_to(path)
    write_document(read_document(link), "x = 2\n")
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "x = 2\n"
    assert names(elsewhere) == ["b.py"]


def test_text_that_the_encoding_cannot_hold_changes_nothing(folder: Path) -> None:
    path = folder / "a.py"
    path.write_bytes(b"# coding: latin-1\n")
    with pytest.raises(Unavailable, match="'🎉' cannot be written in iso-8859-1"):
        write_document(read_document(path), "# coding: latin-1\nx = '🎉'\n")
    assert path.read_bytes() == b"# coding: latin-1\n"
    assert names(folder) == ["a.py"]


def test_a_failure_while_replacing_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(folder)
    document = read_document(path)

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Unavailable, match="cannot be written: No space left on device"):
        write_document(document, "x = 2\n")
    assert (names(folder), path.read_text(encoding="utf-8")) == (["a.py"], "x = 1\n")
