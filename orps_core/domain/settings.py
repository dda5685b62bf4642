"""What a person may choose about a run."""

from dataclasses import dataclass

from .budget import DEFAULT_BUDGET, Budget
from .chat import Price
from .confinement import NOTHING_OPEN, Allowance
from .verdict import Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Tactics:
    """How a person wants a model to be used; None leaves a number to the strategy.

    ``lockstep`` is the schedule of the paper, for ``orps`` alone. ``rank`` says what counts first among those
    that are equally right: ``outcome`` or ``process``. With ``rules`` the strategy ``orps`` begins with the
    built-in rules.
    """

    strategy: str = "orps"
    lockstep: bool = False
    samples: int | None = None
    topk: int | None = None
    rounds: int | None = None
    rank: str = "outcome"
    rules: bool = True

    def __post_init__(self) -> None:
        if min(self.samples or 1, self.topk or 1) < 1 or (self.rounds or 0) < 0:
            raise ValueError("a search needs at least one of everything")


DEFAULT_TACTICS = Tactics()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a run was asked to do with whom, besides its budget: what it needs to be repeated.

    ``model`` and ``critic_model`` are names as in ``Settings``, without anything secret; None: no model, and
    the same model.
    """

    objective: Objective | None = None
    tactics: Tactics = DEFAULT_TACTICS
    seed: int | None = None
    model: str | None = None
    critic_model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``python`` is the project's interpreter; None: found from the project.

    ``root`` is the outermost folder that may be the project's, such as a workspace; None: any folder above.

    ``model`` names who proposes besides the rules; None: nobody, unless the environment's ORPS_MODEL says so.
    ``critic_model`` names who judges; None: the same. Prices are in dollars for a million tokens. With a
    ``seed``, servers that can answer the same question alike.

    ``tests`` are files and folders to look for tests in, instead of the project's own test paths.
    ``objective`` None means: fix if the baseline fails, else time. ``overlays`` are other documents as they
    are open in the editor, absolute path and text. ``allow`` comes from the person, never from a project.
    ``patience`` is how many seconds may be spent on running tests that do not name the target, to see
    whether they reach it all the same. ``gentle`` runs disturb nobody;
    ``nice`` is added to the niceness of all that runs candidates, so that whoever waits goes first.
    With ``hypothesis`` candidates are compared on inputs that it draws from the types, too.
    ``afresh``: what a ``replay:`` shows is to be applied, so all of it is run anew, and only the answers of
    the model come from the recording.
    """

    python: str | None = None
    root: str | None = None
    tests: tuple[str, ...] = ()
    objective: Objective | None = None
    budget: Budget = DEFAULT_BUDGET
    model: str | None = None
    critic_model: str | None = None
    price: Price | None = None
    critic_price: Price | None = None
    seed: int | None = None
    overlays: tuple[tuple[str, str], ...] = ()
    tactics: Tactics = DEFAULT_TACTICS
    patience: float = 6.0
    afresh: bool = False
    allow: Allowance = NOTHING_OPEN
    gentle: bool = False
    nice: int = 0
    hypothesis: bool = False
