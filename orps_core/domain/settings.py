"""What a person may choose about a run."""

from dataclasses import dataclass

from .budget import DEFAULT_BUDGET, Budget
from .chat import Price
from .confinement import NOTHING_OPEN, Allowance
from .verdict import Objective


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
    allow: Allowance = NOTHING_OPEN
