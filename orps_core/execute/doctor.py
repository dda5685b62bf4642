"""Examine a machine by doing: run a tiny project, and candidates that try what they must not do."""

import asyncio
import os
import re
import secrets
import socket
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent

from ..domain.candidate import Candidate
from ..domain.confinement import LIMITS_ONLY, Allowance
from ..domain.diagnosis import Facts, Probe
from ..domain.execution import Crashed, Execution, Exhausted, Exited, Raised
from ..domain.suite import Docstring, Origin, TestCase
from ..domain.target import Span, Target
from ..ports import Unavailable
from . import platforms
from .executor import ProcessExecutor
from .interpreter import Interpreter, clean_environment, inspect
from .job import Job
from .turn import taking_turn

_DOCSTRING = "\n    >>> double(2)\n    4\n    "
_DEF, _RETURN = "def double(number):\n", "    return number * 2\n"
_TEXT = f'{_DEF}    """{_DOCSTRING}"""\n{_RETURN}'
_DETAILS = re.compile(r"\[Errno \d+\] |: '.*")
_PATIENCE = 20.0
_MOMENT = 0.2
_REFUSED = {
    "BlockingIOError",
    "ConnectionRefusedError",
    "FileNotFoundError",
    "MemoryError",
    "OSError",
    "PermissionError",
    "ProcessLookupError",
}
# Each does real harm to the stage if nothing holds it, and raises nothing then.
_ATTEMPTS = {
    "read a file outside the project": "open({secret!r}).read()",
    "write a file outside": "open({written!r}, 'w').write('x')",
    "change the project": "open({module!r}, 'a').write('#')",
    "open a connection": "import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)",
    "start a process": "import os\npid = os.fork()\npid or os._exit(0)\nos.waitpid(pid, 0)",
    "run a program": "import os\nos.posix_spawn({python!r}, [{python!r}, '-c', ''], {{}})",
    "signal its parent": "import os\nos.kill(os.getppid(), 0)",
    "see the environment of ORPS": (
        "import os\n{token!r} in os.environ.values() or open('/proc/{orps}/environ', 'rb').read()"
    ),
    "take 2 GB of memory": "bytearray(2 << 30)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A project: its root, and what in it may be read."""

    root: str
    readable: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A project in a temporary folder, and what lies outside of it."""

    module: Path
    secret: Path
    written: Path

    @classmethod
    def build(cls, folder: str) -> "Stage":
        real = Path(folder).resolve()
        project, outside = real / "project", real / "outside"
        project.mkdir()
        outside.mkdir()
        stage = cls(module=project / "twice.py", secret=outside / "secret", written=outside / "written")
        stage.module.write_text(_TEXT, encoding="utf-8")
        stage.secret.write_text("secret", encoding="utf-8")
        return stage

    @property
    def untouched(self) -> bool:
        return self.module.read_text(encoding="utf-8") == _TEXT and not self.written.exists()

    def attempts(self, port: int, python: str, token: str) -> tuple[tuple[str, str], ...]:
        """What to call it, and its code. ``port`` is one of this machine where somebody listens."""
        words: dict[str, object] = {
            "secret": str(self.secret),
            "written": str(self.written),
            "module": str(self.module),
            "port": port,
            "python": python,
            "orps": os.getpid(),
            "token": token,
        }
        return tuple((name, code.format(**words)) for name, code in _ATTEMPTS.items())

    def job(self, interpreter: Interpreter) -> Job:
        path, root = str(self.module), str(self.module.parent)
        return Job(
            target=Target(
                path=path,
                module=_TEXT,
                runnable=_TEXT,
                qualname="double",
                span=Span(start=0, end=len(_TEXT) - 1),
                indent="",
                signature=_DEF.rstrip(":\n"),
            ),
            interpreter=interpreter,
            root=root,
            module=self.module.stem,
            import_paths=(root,),
            cases=(TestCase(name="doctest:double:3", origin=Origin.DOCTEST, path=path, line=3, found=""),),
            docstrings=(Docstring(name="double", text=_DOCSTRING, line=2),),
            pytest=(),
            warm=(),
            read=(path,),
            listed=(root,),
            overlays=(),
            allow=Allowance(level=LIMITS_ONLY),
        )


def explain(executable: str, root: Path, asked: str | None, environment: Mapping[str, str]) -> str:
    """Why ``interpreter.choose`` chose it, in a few words."""
    if asked:
        return "asked for"
    if Path(executable).is_relative_to(root):
        return "the project's own environment"
    active = environment.get("VIRTUAL_ENV")
    return "the active environment" if active and Path(executable).is_relative_to(active) else "that of ORPS"


async def examine(executable: str, place: Place, environment: Mapping[str, str]) -> Facts:
    """Never raises ``Unavailable``: what cannot be done is what was to be found out."""
    found = Facts()
    try:
        platforms.require()
        interpreter = await inspect(executable, environment)
        found = replace(found, python=".".join(map(str, interpreter.version)))
        found = replace(found, pytest=await _pytest(interpreter.executable, environment))
        found = replace(found, timing_free=await _timing_free())
        with tempfile.TemporaryDirectory(prefix="orps-doctor-") as folder:
            return await _try(interpreter, Stage.build(folder), place, environment, found)
    except Unavailable as error:
        return replace(found, failure=(error.reason, error.advice))


async def _try(
    interpreter: Interpreter, stage: Stage, place: Place, environment: Mapping[str, str], found: Facts
) -> Facts:
    token, job = secrets.token_hex(), stage.job(interpreter)
    clean = clean_environment({**environment, "ORPS_DOCTOR": token})
    real = replace(job, root=place.root, read=place.readable, listed=(place.root,))
    wall = await platforms.build_wall(real, clean)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        attempts = stage.attempts(listener.getsockname()[1], interpreter.executable, token)
        async with ProcessExecutor(job, lambda candidate: candidate.source, clean) as executor:
            baseline = await executor.baseline()
            probes = [await _attempt(executor, stage, name, code) for name, code in attempts]
            judged = await _judged(executor)
    return replace(
        found,
        confinement=baseline.execution.confinement,
        no_wall=wall.missing,
        probes=(*probes, *judged),
    )


async def _attempt(executor: ProcessExecutor, stage: Stage, name: str, code: str) -> Probe:
    execution = await executor.execute(_candidate(code))
    held, said = _read(execution)
    # What really happened counts, whatever the candidate says.
    return Probe(attempt=name, held=held and stage.untouched, said=said)


async def _judged(executor: ProcessExecutor) -> Sequence[Probe]:
    """After all that, a right candidate and a wrong one must still be told apart."""
    right = await executor.execute(_candidate("pass"))
    wrong = await executor.execute(_candidate("return 5"))
    return (
        Probe(attempt="judge a right candidate", held=right.correct, said=_verdict(right)),
        Probe(attempt="judge a wrong candidate", held=not wrong.correct, said=_verdict(wrong)),
    )


def _candidate(code: str) -> Candidate:
    text = _TEXT.replace(_RETURN, indent(code, "    ") + "\n" + _RETURN)
    return Candidate(source=text, rationale="a probe", author="doctor")


def _read(execution: Execution) -> tuple[bool, str]:
    match execution.results[0].outcome:
        case Raised(type=kind, message=message):
            return kind in _REFUSED, f"{kind}: {_DETAILS.sub('', message)}".rstrip(": ")
        case Crashed(signal=int(number)):
            return True, f"the process was ended by signal {number}"
        case Exhausted(resource=resource, limit=limit):
            return True, f"stopped at {limit:g} {resource}"
        case Exited(code=code):
            return False, f"the process ended itself with exit code {code}"
        case Crashed(stderr=stderr):
            return False, f"the process is gone: {stderr.strip()}"
        case _:
            return False, "it could"


def _verdict(execution: Execution) -> str:
    return "it passes" if execution.correct else "it fails"


async def _pytest(executable: str, environment: Mapping[str, str]) -> str | None:
    process = await asyncio.create_subprocess_exec(
        executable,
        "-c",
        "import pytest; print(pytest.__version__)",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=clean_environment(environment),
        cwd="/",
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            out, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
    return out.decode(errors="replace").strip() if process.returncode == 0 else None


async def _timing_free() -> bool:
    try:
        async with asyncio.timeout(_MOMENT), taking_turn():
            return True
    except TimeoutError:
        return False
