"""What was found out about a machine and a project: whether ORPS works here and holds what it runs."""

import enum
from dataclasses import dataclass

from .confinement import LIMITS_ONLY, STRICT
from .execution import Confinement

_HELD_WITHOUT = "Candidates are held without it; with it, what they may not read is not even there."


class Gravity(enum.Enum):
    """``OPEN``: it works, but something is open or missing. ``FATAL``: it cannot run."""

    HINT = "hint"
    OPEN = "open"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One sentence saying what is wrong, and one saying what to do."""

    gravity: Gravity
    says: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Something a candidate tried. ``held`` when it behaved as it must; ``said`` is what came of it."""

    attempt: str
    held: bool
    said: str


_NOTHING_HELD = Confinement(level=LIMITS_ONLY, mechanisms=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What only running things can tell. ``no_wall`` says why there is no outer wall.

    ``failure`` is what ended the examination, reason and advice; what comes after it is unknown.
    """

    python: str | None = None
    pytest: str | None = None
    confinement: Confinement = _NOTHING_HELD
    no_wall: str | None = None
    probes: tuple[Probe, ...] = ()
    timing_free: bool = True
    failure: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """``versions`` are of ORPS and its packages; ``…_because`` say how something was found."""

    versions: tuple[tuple[str, str], ...]
    project: str
    project_because: str
    interpreter: str
    interpreter_because: str
    facts: Facts

    @property
    def status(self) -> int:
        """0: all is well; 1: something is open or missing; 2: it cannot run."""
        grave = {problem.gravity for problem in self.problems}
        return 2 if Gravity.FATAL in grave else 1 if Gravity.OPEN in grave else 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The gravest first."""
        facts = self.facts
        if facts.failure is not None:
            reason, advice = facts.failure
            return (Problem(gravity=Gravity.FATAL, says=reason, advice=advice),)
        return (*_open(facts), *_missing(facts, self.interpreter), *_hints(facts))


def _open(facts: Facts) -> list[Problem]:
    level = facts.confinement.level
    found = [
        Problem(
            gravity=Gravity.OPEN,
            says=f"The confinement is {level}: {what} are open to candidates.",
            advice="Use another machine, or refine only what you would run without any confinement.",
        )
        for what in facts.confinement.open
    ]
    if level != STRICT:
        advice = f"Where you trust the code all the same, allow it: --confinement {level}."
        found.append(
            Problem(gravity=Gravity.OPEN, says="So ORPS runs nothing here by itself.", advice=advice)
        )
    found += [
        Problem(
            gravity=Gravity.OPEN,
            says=f"A candidate did not behave as it must: {probe.attempt}: {probe.said}.",
            advice="Please report this together with the output of orps doctor --format json."
            if level == STRICT
            else "That is what is open; see above.",
        )
        for probe in facts.probes
        if not probe.held
    ]
    return found


def _missing(facts: Facts, interpreter: str) -> list[Problem]:
    if facts.pytest is not None:
        return []
    return [
        Problem(
            gravity=Gravity.OPEN,
            says=f"pytest is not installed in {interpreter}: only doctests can be run.",
            advice=f"Install it with: {interpreter} -m pip install pytest",
        )
    ]


def _hints(facts: Facts) -> list[Problem]:
    found: list[Problem] = []
    if facts.no_wall is not None:
        advice = (
            "Install it with: apt-get install bubblewrap"
            if "not installed" in facts.no_wall
            else "Allow bwrap user namespaces: in the container's settings, or by an AppArmor profile."
        )
        found.append(
            Problem(
                gravity=Gravity.HINT,
                says=f"There is no outer wall: {facts.no_wall}. {_HELD_WITHOUT}",
                advice=advice,
            )
        )
    if not facts.timing_free:
        found.append(
            Problem(
                gravity=Gravity.HINT,
                says="Another run of ORPS is measuring at this moment; one does at a time.",
                advice="Nothing need be done: runs wait for each other.",
            )
        )
    return found
