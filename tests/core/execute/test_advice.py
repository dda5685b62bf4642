"""What is missing is answered with the command that installs it, as far as the project's own lists tell."""

from pathlib import Path

import pytest

from orps_core.execute.advice import install, missing_module, missing_plugin

PROJECT = """
[project]
name = "thing"
dependencies = ["PyYAML>=6", "typing_extensions; python_version < '3.12'"]

[project.optional-dependencies]
test = ["jsonpath-ng", "jaraco-functools", "pytest-asyncio[testing]>=1"]
"""


@pytest.mark.parametrize(
    ("module", "what"),
    [
        ("yaml.nodes", "-e {root}"),
        ("typing_extensions", "-e {root}"),
        ("thing", "-e {root}"),
        ("jsonpath_ng", "-e '{root}[test]'"),
        ("pytest_asyncio.plugin", "-e '{root}[test]'"),
        ("PIL.Image", "pillow"),
        ("never_heard_of", "never_heard_of"),
        ("jaraco.functools.more", "-e '{root}[test]'"),
        ("zope.interface", "zope.interface"),
    ],
)
def test_a_package_is_installed_as_the_project_lists_it(tmp_path: Path, module: str, what: str) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "thing.py").touch()
    assert install("python", tmp_path, module) == f"python -m pip install {what.format(root=tmp_path)}"


@pytest.mark.parametrize("listed", ['dynamic = ["dependencies"]', "dependencies = 1", "name = "])
def test_where_no_list_can_be_read_the_project_is_installed(tmp_path: Path, listed: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[project]\n{listed}\n", encoding="utf-8")
    assert install("python", tmp_path, "other") == f"python -m pip install -e {tmp_path}"


def test_a_project_that_needs_nothing_does_not_install_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'thing'\n", encoding="utf-8")
    assert install("python", tmp_path, "other") == "python -m pip install other"


def test_a_fixture_is_traced_to_the_plugin_that_has_it() -> None:
    assert missing_plugin("Failed: fixture 'mocker' not found") == "pytest_mock"
    assert missing_plugin("Failed: fixture 'our_own' not found") is None


def test_without_any_list_the_package_is_named(tmp_path: Path) -> None:
    assert install("python", tmp_path, "sklearn.svm") == "python -m pip install scikit-learn"


def test_a_project_that_asks_for_its_own_version_is_to_be_installed(tmp_path: Path) -> None:
    said = "No package metadata was found for python-thing"
    (tmp_path / "pyproject.toml").write_text(
        "[project]\nname = 'python_thing'\ndependencies = []\n", encoding="utf-8"
    )
    missing = missing_module(said)
    assert missing == "python-thing"
    assert install("python", tmp_path, missing) == f"python -m pip install -e {tmp_path}"
