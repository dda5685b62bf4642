"""The project around a file: its root, its way of importing, its pytest configuration."""

from pathlib import Path

import pytest

from orps_core.source.project import Project, find_project, is_secret, module_name


def tree(root: Path, **files: str) -> None:
    """Write files; ``__`` stands for a slash and ``_py`` ends a Python name."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "pytest.ini"])
def test_the_nearest_folder_that_says_so_is_the_root(tmp_path: Path, marker: str) -> None:
    tree(tmp_path, **{"pyproject.toml": "", f"inner/{marker}": "", "inner/a/b/c.py": ""})
    found = find_project(tmp_path / "inner/a/b/c.py")
    assert (found.root, found.marked) == (tmp_path / "inner", True)


def test_a_repository_is_a_project(tmp_path: Path) -> None:
    tree(tmp_path, **{".git/HEAD": "", "a/b.py": ""})
    assert find_project(tmp_path / "a/b.py").root == tmp_path


def test_a_script_in_a_folder_is_its_own_project(tmp_path: Path) -> None:
    tree(tmp_path, **{"a/b.py": ""})
    assert find_project(tmp_path / "a/b.py") == Project(
        root=tmp_path / "a", marked=False, options=(), test_paths=(), file_patterns=("test_*.py", "*_test.py")
    )


def test_what_is_installed_is_no_part_of_the_project_around_its_environment(tmp_path: Path) -> None:
    packages = tmp_path / "env/lib/python3/site-packages"
    packages.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "env/pyvenv.cfg").touch()
    assert find_project(packages / "a.py").root == packages


def test_a_home_folder_under_version_control_is_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    tree(tmp_path, **{".git/HEAD": "", "requirements.txt": "", "scripts/a.py": "", "b.py": ""})
    for file in ("scripts/a.py", "b.py"):
        found = find_project(tmp_path / file)
        assert (found.root, found.marked) == ((tmp_path / file).parent, False)
    tree(tmp_path, **{"scripts/pyproject.toml": ""})
    assert find_project(tmp_path / "scripts/a.py").root == tmp_path / "scripts"


def test_a_root_that_was_named_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, **{"a/b.py": ""})
    monkeypatch.chdir(tmp_path)
    found = find_project(tmp_path / "a/b.py", ".")
    assert (found.root, found.marked) == (tmp_path, True)


INI = "[{}]\naddopts = --strict-markers -q\ntestpaths = checks more\npython_files = check_*.py\n"
TOML = 'addopts = {}\ntestpaths = ["checks", "more"]\npython_files = "check_*.py"\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", INI.format("pytest")),
        (".pytest.ini", INI.format("pytest")),
        ("tox.ini", INI.format("pytest")),
        ("setup.cfg", INI.format("tool:pytest")),
        ("setup.cfg", INI.format("tool:pytest").replace("checks more", "\n    checks\n    more")),
        ("pyproject.toml", "[tool.pytest.ini_options]\n" + TOML.format('"--strict-markers -q"')),
        ("pyproject.toml", "[tool.pytest.ini_options]\n" + TOML.format('["--strict-markers", "-q"]')),
        ("pyproject.toml", "[tool.pytest]\n" + TOML.format('["--strict-markers", "-q"]')),
        ("pytest.toml", "[pytest]\n" + TOML.format('["--strict-markers", "-q"]')),
    ],
)
def test_pytest_is_configured_in_any_of_its_files(tmp_path: Path, name: str, text: str) -> None:
    tree(tmp_path, **{name: text, "setup.py": ""})
    found = find_project(tmp_path / "a.py")
    assert found.options == ("--strict-markers",)
    assert found.test_paths == ("checks", "more")
    assert found.file_patterns == ("check_*.py",)


def test_the_first_file_that_configures_pytest_is_the_only_one(tmp_path: Path) -> None:
    toml = '[tool.pytest.ini_options]\ntestpaths = ["from_toml"]\n'
    tree(tmp_path, **{"pyproject.toml": toml, "setup.cfg": "[tool:pytest]\ntestpaths = from_cfg\n"})
    assert find_project(tmp_path / "a.py").test_paths == ("from_toml",)
    tree(tmp_path, **{"pytest.ini": ""})
    assert find_project(tmp_path / "a.py").test_paths == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "not [ toml"),
        ("pyproject.toml", "[tool]\npytest = 1\n"),
        ("pyproject.toml", "[tool.pytest]\nini_options = 1\n"),
        ("setup.cfg", "no section\n"),
        ("tox.ini", "[pytest]\naddopts = 'unclosed\n"),
    ],
)
def test_a_broken_configuration_is_left_to_pytest_to_explain(tmp_path: Path, name: str, text: str) -> None:
    tree(tmp_path, **{name: text})
    found = find_project(tmp_path / "a.py")
    assert (found.options, found.test_paths) == ((), ())


def options(tmp_path: Path, text: str) -> str:
    tree(tmp_path, **{"tox.ini": f"[pytest]\naddopts = {text}\n"})
    return " ".join(find_project(tmp_path / "a.py").options)


@pytest.mark.parametrize(
    "dropped",
    [
        "-n auto",
        "-nauto",
        "-n4",
        "--numprocesses=4",
        "--dist loadfile",
        "--cov",
        "--cov src",
        "--cov=src --cov-report term-missing --cov-report=xml --no-cov-on-fail",
        "-x",
        "-xvs",
        "-vv",
        "-rA",
        "-ra -q",
        "--maxfail=1",
        "--maxfail 1",
        "--doctest-modules --doctest-glob '*.md'",
        "--durations 10",
        "--junitxml out.xml",
        "--tb=short --color yes",
        "--lf --ff --nf",
        "--pdb",
        "tests",
    ],
)
def test_options_that_need_a_whole_session_are_dropped_and_nothing_else(tmp_path: Path, dropped: str) -> None:
    assert options(tmp_path, dropped) == ""
    kept = "-p no:randomly --strict-markers -W error --import-mode=importlib -o x=y --ignore old -m fast -kx"
    assert options(tmp_path, f"{dropped} {kept}") == kept
    if dropped != "tests":
        assert options(tmp_path, f"{kept} {dropped}") == kept


@pytest.mark.parametrize(
    ("file", "name", "folder"),
    [
        ("script.py", "script", "."),
        ("pkg/a.py", "pkg.a", "."),
        ("pkg/sub/a.py", "pkg.sub.a", "."),
        ("pkg/__init__.py", "pkg", "."),
        ("pkg/__main__.py", "pkg.__main__", "."),
        ("src/lib/a.py", "lib.a", "src"),
        ("src/space/inner/a.py", "inner.a", "src/space"),
        ("plain/a.py", "a", "plain"),
        ("no-name/a.py", "a", "no-name"),
        ("no-name/__init__.py", "__init__", "no-name"),
    ],
)
def test_the_module_name_follows_the_packages(tmp_path: Path, file: str, name: str, folder: str) -> None:
    tree(
        tmp_path,
        **{
            "pkg/__init__.py": "",
            "pkg/sub/__init__.py": "",
            "src/lib/__init__.py": "",
            "src/space/inner/__init__.py": "",
            "no-name/__init__.py": "",
            "plain/b.py": "",
        },
    )
    assert module_name(tmp_path / file) == (name, tmp_path / folder)


SECRETS = [
    ".env",
    ".env.local",
    ".envrc",
    ".netrc",
    ".pypirc",
    ".git",
    ".ssh",
    ".aws",
    "server.pem",
    "tls.key",
    "id_rsa",
    "id_ed25519.pub",
    "client_secret.json",
    "Secrets.toml",
    "credentials.json",
    "prod.env",
    "_netrc",
    ".ENV",
    "ID_RSA",
    "Server.PEM",
    "signing.p8",
    ".bash_history",
    ".vault_pass",
    ".htpasswd",
    "terraform.tfstate",
    "prod.tfvars",
    "passwords.txt",
    "service-account-prod.json",
    ".azure",
    ".config",
]
CODE = [
    "secrets.py",
    "credentials/__init__.py",
    "password_reset/__init__.py",
    "id_map.py",
    "tokens.json",
    "keys.csv",
]


def test_secrets_are_never_readable(tmp_path: Path) -> None:
    tree(tmp_path, **dict.fromkeys([*SECRETS, "pyproject.toml", "a.py", "data.csv", "pkg/b.py"], ""))
    assert all(is_secret(Path(name)) for name in SECRETS)
    names = [Path(path).name for path in find_project(tmp_path / "a.py").readable()]
    assert names == ["a.py", "data.csv", "pkg", "pyproject.toml"]


def test_code_about_secrets_is_code(tmp_path: Path) -> None:
    tree(tmp_path, **dict.fromkeys(["pyproject.toml", *CODE], ""))
    names = {Path(path).name for path in find_project(tmp_path / "a.py").readable()}
    assert names == {name.partition("/")[0] for name in CODE} | {"pyproject.toml"}


def test_beside_a_lone_script_only_python_is_readable(tmp_path: Path) -> None:
    tree(tmp_path, **dict.fromkeys(["a.py", "letters.txt", "photos/me.jpg", "pkg/__init__.py"], ""))
    assert [Path(path).name for path in find_project(tmp_path / "a.py").readable()] == ["a.py", "pkg"]


def test_a_root_that_is_gone_has_nothing_to_read(tmp_path: Path) -> None:
    assert find_project(tmp_path / "gone" / "a.py").readable() == ()


def test_the_nearest_project_inside_a_workspace_counts_and_else_the_workspace(tmp_path: Path) -> None:
    inner = tmp_path / "work" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    file = inner / "m.py"
    workspace = str(tmp_path / "work")
    assert find_project(file, workspace).root == tmp_path / "work"
    (inner / "setup.py").touch()
    assert find_project(file, workspace).root == inner


def test_a_list_of_requirements_is_a_weaker_sign_than_a_project_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "requirements.txt").touch()
    assert find_project(tmp_path / "docs" / "m.py").root == tmp_path


def test_a_secret_below_the_root_closes_its_folder_and_not_what_lies_beside_it(tmp_path: Path) -> None:
    tree(tmp_path, **{"pyproject.toml": "", "a/b/.env": "", "a/b/c.py": "", "a/d.py": "", "e/f.py": ""})
    readable = find_project(tmp_path / "e/f.py").readable()
    inside = {Path(path).relative_to(tmp_path).as_posix() for path in readable}
    assert inside == {"pyproject.toml", "a/b/c.py", "a/d.py", "e"}


def test_a_link_that_leads_out_of_the_project_is_not_readable(tmp_path: Path) -> None:
    tree(tmp_path, **{"p/pyproject.toml": "", "p/m.py": "", "outside/x": ""})
    (tmp_path / "p" / "way").symlink_to(tmp_path / "outside")
    readable = find_project(tmp_path / "p/m.py").readable()
    assert {Path(path).name for path in readable} == {"pyproject.toml", "m.py"}


def opened(root: Path) -> set[str]:
    """What can be reached through what is readable, with every link followed as the kernel does."""
    found = set[str]()
    for path in map(Path, find_project(root / "a.py").readable()):
        real = path.resolve()
        found |= {str(each) for each in (real, *real.rglob("*")) if each.is_file()}
    return {str(Path(each).relative_to(root.parent)) for each in found}


def test_no_link_opens_what_is_closed(tmp_path: Path) -> None:
    tree(
        tmp_path,
        **dict.fromkeys(
            ["p/pyproject.toml", "p/a.py", "p/.env", "p/sub/.env", "p/sub/b.py", "home/id_rsa"], ""
        ),
    )
    for link, to in {
        "env": ".env",
        "all": ".",
        "up": "..",
        "out": "../home",
        "again": "sub",
        "sub/deep": "../../home",
        "sub/back": "..",
        "sub/key": "../.env",
        "loop": "loop",
    }.items():
        (tmp_path / "p" / link).symlink_to(to)
    assert opened(tmp_path / "p") == {"p/pyproject.toml", "p/a.py", "p/sub/b.py"}


def test_a_link_inside_the_project_can_be_followed(tmp_path: Path) -> None:
    tree(tmp_path, **dict.fromkeys(["pyproject.toml", "real.txt", "sub/.env", "sub/b.py"], ""))
    (tmp_path / "data").symlink_to("real.txt")
    (tmp_path / "again").symlink_to("sub")
    names = {str(Path(path).relative_to(tmp_path)) for path in find_project(tmp_path / "a.py").readable()}
    assert {"data", "real.txt"} <= names
    assert names & {"again/b.py", "sub/b.py"}
    assert not any(".env" in name for name in names)


def test_a_home_that_calls_itself_a_project_shows_its_python_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(
        tmp_path,
        **dict.fromkeys(["pyproject.toml", "a.py", "letters/me.txt", "taxes.ods", "pkg/__init__.py"], ""),
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    names = [Path(path).name for path in find_project(tmp_path / "a.py").readable()]
    assert names == ["a.py", "pkg"]
    monkeypatch.setenv("HOME", str(tmp_path / "letters"))
    assert [Path(path).name for path in find_project(tmp_path / "a.py").readable()] == ["a.py", "pkg"]
