from pathlib import Path

from orps_core.execute.harness.gauge import occupied


def test_every_file_and_folder_takes_a_block_at_least(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "empty").touch()
    (tmp_path / "large").write_bytes(bytes(100_000))
    found, whole = occupied(str(tmp_path), 1 << 20)
    assert whole
    assert 108_192 <= found < 150_000


def test_folders_far_down_in_each_other_are_too_much(tmp_path: Path) -> None:
    (tmp_path / "/".join("d" * 50)).mkdir(parents=True)
    assert occupied(str(tmp_path), 1 << 20)[0] < 1 << 20
    (tmp_path / "/".join("d" * 120)).mkdir(parents=True)
    assert occupied(str(tmp_path), 1 << 20)[0] > 1 << 20
