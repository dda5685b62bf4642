"""Settings to engine: the only place that picks the collaborators of a run."""

import asyncio
import os
import re
import shlex
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import requires, version
from pathlib import Path

from .chat.asking import Editor
from .chat.naming import choice
from .chat.probing import Server
from .domain.candidate import Candidate
from .domain.confinement import Allowance
from .domain.diagnosis import Diagnosis
from .domain.settings import DEFAULT_TACTICS, Settings, Setup
from .domain.suite import TestSuite
from .domain.survey import Survey
from .domain.target import Target
from .domain.tree import ROOT
from .domain.verdict import Objective
from .engine import Engine, objective_of, root_of
from .execute.aside import Beside, here
from .execute.doctor import Place, examine, explain
from .execute.executor import AT_ONCE, LONG, ProcessExecutor
from .execute.interpreter import Interpreter, choose, clean_environment, inspect
from .execute.job import Job
from .execute.precompiling import precompile
from .execute.surveying import enough
from .models import Team, named, reachable, receiver, recorded, repeated_team, setup, team
from .ports import Brief, Executor, Expansion, Move, Strategy, Unavailable
from .propose.prompts import conversation, shown
from .repeating import RepeatedExecutor, Stage
from .search.catalogue import by_rules, strategy
from .source import parse
from .source.analysis import TextAnalyst
from .source.discovery import Found, find_cases, find_named, find_samples
from .source.excerpts import excerpts
from .source.naming import import_roots
from .source.project import MARKERS, PROJECTS, Project, find_project, open_parts
from .source.reaching import imported_by
from .source.splicing import splice_runnable

_SHARE = 0.15
"""Of a budget, for tests that do not name the target: a short run is for searching."""

_SUITE = 1 / 12
_SHORTEST_SUITE = 3.0
"""Of a budget, and of seconds, for one run of the cases that name the target.

Until the first candidate is shown it runs six times, three of them for that candidate.
"""


@dataclass(frozen=True, slots=True)
class _Monotonic:
    def now(self) -> float:
        return time.monotonic()


@asynccontextmanager
async def assembled(
    target: Target, settings: Settings, editor: Editor | None = None, beside: Beside = here
) -> AsyncGenerator[Engine]:
    """An engine for one run. Leaving ends every process it started. Raise ``Unavailable`` if that fails.

    What holds the interpreter for long is done ``beside``.
    """
    environment = dict(os.environ)
    # What does not work yet has no answers that a repair could be held to.
    works = settings.objective is not Objective.FIX

    @cache
    def cases(suite: TestSuite) -> str:
        return excerpts(suite, dict(settings.overlays))

    imported = await asyncio.to_thread(lambda: beside(imported_by, target.runnable))
    analyst = TextAnalyst(target=target, imported=imported)
    note, tape = None, await asyncio.to_thread(recorded, settings, environment)
    if tape is not None:
        unlike = tape.unlike(target, settings)
        if unlike is None and not settings.afresh:
            stage = Stage(tape)
            made = _engine(
                analyst,
                tape.settings(settings),
                repeated_team(tape, cases),
                RepeatedExecutor(stage),
                tape.setup,
            )
            yield replace(made, floor=stage.floor)
            return
        note = f"{unlike}: only the model's answers are taken from it" if unlike else None
    async with (
        team(settings, environment, cases, editor, note) as those,
        _executing(target, settings, thorough=False, characterises=works, beside=beside) as executor,
    ):
        yield _engine(analyst, settings, those, executor, setup(settings, environment))


def _engine(
    analyst: TextAnalyst, settings: Settings, those: Team, executor: Executor, asked: Setup
) -> Engine:
    return Engine(
        programmer=those.programmer,
        critic=those.critic,
        thinker=those.thinker,
        ledger=those.ledger,
        executor=executor,
        analyst=analyst,
        clock=_Monotonic(),
        reviewer=those.reviewer,
        strategy=partial(_strategy, settings, model=asked.model is not None),
        budget=settings.budget,
        objective=settings.objective,
        running=AT_ONCE,
        setup=asked,
    )


async def surveyed(target: Target, settings: Settings) -> Survey:
    """The target's cases, and how each was found. Raise ``Unavailable`` if they cannot be run."""
    async with _executing(target, settings, thorough=True, characterises=False) as executor:
        return await executor.survey()


@asynccontextmanager
async def _executing(
    target: Target, settings: Settings, *, thorough: bool, characterises: bool, beside: Beside = here
) -> AsyncGenerator[ProcessExecutor]:
    """Only who is ``thorough`` looks for cases that do not name the target where enough others do."""
    environment = dict(os.environ)
    # Looking through a project's files takes long enough to be felt by somebody who types.
    project = await asyncio.to_thread(find_project, Path(target.path), settings.root)
    found = await asyncio.to_thread(lambda: beside(find_named, *_question(target, project, settings)))
    if found.naming.module in sys.builtin_module_names:
        raise Unavailable(
            f"{found.naming.module} is built into Python: no file of that name is ever imported.",
            "Give the file another name.",
        )
    executable = choose(project.root, settings.python, environment, sys.executable)
    interpreter = await inspect(executable, environment)
    await precompile(interpreter, environment)
    read = await asyncio.to_thread(_read_of, interpreter, project)
    patience = settings.patience if thorough else min(settings.patience, settings.budget.seconds * _SHARE)
    seen = replace(interpreter, read=read)
    job = await asyncio.to_thread(_job, target, settings, project, found, seen, beside)
    named = replace(job, patience=patience)

    def wider() -> Job:
        found = beside(find_cases, *_question(target, project, settings))
        samples = beside(find_samples, *_question(target, project, settings)) if characterises else None
        return replace(
            named, cases=found.cases, docstrings=found.docstrings, nearby=found.nearby, samples=samples
        )

    def spliced(candidate: Candidate) -> str:
        return (beside if len(target.runnable) > LONG else here)(splice_runnable, target, candidate)

    at_once = thorough or not enough(named.cases)
    async with ProcessExecutor(
        await asyncio.to_thread(wider) if at_once else named,
        spliced,
        clean_environment(environment),
        wider=None if at_once else wider,
    ) as executor:
        yield executor


async def prompt(target: Target, settings: Settings) -> str:
    """What a model would be sent first about this function, and to whom. Nothing is sent."""
    environment = dict(os.environ)
    whom = receiver(named(settings, environment))
    async with assembled(target, replace(settings, model="rules", critic_model=None)) as engine:
        baseline = await engine.executor.baseline()
        objective = objective_of(settings.objective, baseline)
        brief = Brief(target=target, baseline=baseline, objective=objective)
        text = excerpts(baseline.suite, dict(settings.overlays))
        first = Expansion(parent=ROOT, samples=1, move=Move.SAMPLE)
        messages = conversation(brief, (root_of(engine.analyst, brief),), (), first, text)
    return f"To {whom}\n(the first question; later ones add what was tried and measured)\n\n{shown(messages)}"


async def endpoints(ports: Sequence[int]) -> tuple[tuple[Server, ...], str]:
    """Model servers on this machine, and who ``auto`` is."""
    return await reachable(ports), receiver(choice("auto", os.environ))


def interpreter_of(path: str, settings: Settings) -> str:
    """The Python in which functions of a file run."""
    project = find_project(Path(path), settings.root)
    return choose(project.root, settings.python, dict(os.environ), sys.executable)


async def diagnosed(folder: Path, python: str | None) -> Diagnosis:
    """What a run in this folder would work with, and whether candidates are held: all of it tried."""
    environment = dict(os.environ)
    project = find_project(folder / "any.py")
    executable = choose(project.root, python, environment, sys.executable)
    place = Place(root=str(project.root), readable=project.readable())
    marks = [name for name in (*PROJECTS, *MARKERS) if (project.root / name).exists()]
    return Diagnosis(
        versions=_versions(),
        project=str(project.root),
        project_because=f"{marks[0]} is there" if project.marked and marks else "no project found above it",
        interpreter=executable,
        interpreter_because=explain(executable, project.root, python, environment),
        facts=await examine(executable, place, environment),
    )


def _versions() -> tuple[tuple[str, str], ...]:
    packages = [re.split(r"[^\w.-]", each, maxsplit=1)[0] for each in requires("orps") or ()]
    return tuple((name, version(name)) for name in ("orps", *packages))


def _strategy(settings: Settings, objective: Objective, *, model: bool) -> Strategy:
    """The rules' own search where there is no model."""
    if model:
        return strategy(settings.tactics, objective, settings.budget.calls)
    if settings.tactics != DEFAULT_TACTICS:
        raise Unavailable(
            "A strategy is a way to ask a model, and there is none.",
            "Name one (--model), or leave the options of the strategy out.",
        )
    return by_rules(objective)


def _question(
    target: Target, project: Project, settings: Settings
) -> tuple[Target, Project, dict[str, str], tuple[str, ...]]:
    return target, project, dict(settings.overlays), settings.tests


def _job(
    target: Target,
    settings: Settings,
    project: Project,
    found: Found,
    interpreter: Interpreter,
    beside: Beside,
) -> Job:
    folder = found.naming.folder
    imports = dict.fromkeys([str(folder), *map(str, import_roots(project))])
    return Job(
        target=target,
        interpreter=interpreter,
        root=str(project.root),
        module=found.naming.module,
        import_paths=tuple(imports),
        cases=found.cases,
        docstrings=found.docstrings,
        nearby=found.nearby,
        pytest=_pytest_options(project),
        doctest_flags=project.doctest_flags,
        warm=beside(_foreign_modules, target, project, folder),
        read=_readable(project, interpreter),
        listed=(str(project.root), str(folder)),
        overlays=_of_project(settings.overlays, project),
        patience=settings.patience,
        affordable=max(_SHORTEST_SUITE, settings.budget.seconds * _SUITE),
        allow=_allowed(settings.allow),
        nice=settings.nice,
        hypothesis=settings.hypothesis,
    )


def _readable(project: Project, interpreter: Interpreter) -> tuple[str, ...]:
    """Who refines what an interpreter is made of must leave it what it needs to start."""
    root = project.root.resolve()
    installed = any(root.is_relative_to(Path(path).resolve()) for path in interpreter.read)
    return open_parts(project.root) if installed else project.readable()


def _read_of(interpreter: Interpreter, project: Project) -> tuple[str, ...]:
    """What of an interpreter candidates may read, without secrets of projects that it imports from."""
    root, read = project.root.resolve(), list[str]()
    for path in map(Path, interpreter.read):
        # A project may be an environment itself: then it is opened as a project, and this is what is left.
        parts = [path / name for name in ("bin", "lib", "lib64", "pyvenv.cfg")]
        read += map(str, parts if root.is_relative_to(path.resolve()) else [path])
    for path in map(Path, interpreter.sources):
        if not path.resolve().is_relative_to(root):
            packages = path.name in {"site-packages", "dist-packages"} or not path.is_dir()
            read += [str(path)] if packages else open_parts(path)
    return tuple(dict.fromkeys(read))


def _allowed(allow: Allowance) -> Allowance:
    """With real, absolute paths. Raise ``Unavailable`` for what is not there, or is everything."""
    paths = [Path(path).resolve() for path in allow.read]
    for path in paths:
        if not path.exists():
            raise Unavailable(
                f"There is no {path} to be read by candidates.", "Name a file or folder that exists."
            )
        if path == path.parent:
            raise Unavailable(
                "The whole machine cannot be opened to candidates.", "Name the folders they need."
            )
    return replace(allow, read=tuple(map(str, paths)))


def _of_project(overlays: tuple[tuple[str, str], ...], project: Project) -> tuple[tuple[str, str], ...]:
    return tuple((path, text) for path, text in overlays if Path(path).is_relative_to(project.root))


def _pytest_options(project: Project) -> tuple[str, ...]:
    fixed = ("--rootdir", str(project.root), "-p", "no:cacheprovider", "--capture=sys", "-q", "--no-header")
    # What the project's own options ask for that makes no sense for a few cases is left out.
    options = f"addopts={shlex.join(project.options)}"
    return (*fixed, "--continue-on-collection-errors", "-o", options)


def _foreign_modules(target: Target, project: Project, folder: Path) -> tuple[str, ...]:
    """Modules the target's file imports that are not the project's own."""
    names = list[str]()
    for statement in parse.imports(target.runnable):
        words = statement.text.replace(",", " ").split()
        names += [words[1]] if words[0] == "from" else [w for w in words[1:] if w != "as"]
    own = {path.stem for place in (project.root, folder, folder.parent) for path in _entries(place)}
    foreign = [
        name for name in names if not name.startswith((".", "__")) and name.partition(".")[0] not in own
    ]
    return tuple(dict.fromkeys(foreign))


def _entries(folder: Path) -> Mapping[Path, None]:
    try:
        return dict.fromkeys(folder.iterdir())
    except OSError:
        return {}
