"""What stands around a harness on this kind of machine, and why nothing runs on the others."""

import sys
from collections.abc import Mapping

from ..ports import Unavailable
from . import bubblewrap
from .bubblewrap import Wall
from .job import Job

_HELD_BY_LINUX = "ORPS starts candidates by forks that Landlock and seccomp hold, which only Linux has"
_ELSEWHERE = {
    "darwin": (
        f"Candidates cannot be run on macOS: {_HELD_BY_LINUX}.",
        "Run ORPS in a Linux container or virtual machine, such as those of Docker, Colima or Lima.",
    ),
    "win32": (
        f"Candidates cannot be run on Windows: {_HELD_BY_LINUX}.",
        "Run ORPS inside WSL 2, and open the folder there (in VS Code: Reopen Folder in WSL).",
    ),
}


def require(platform: str = sys.platform) -> None:
    """Raise ``Unavailable`` on a platform without an adapter."""
    if platform != "linux":
        unknown = (f"Candidates cannot be run on {platform}: {_HELD_BY_LINUX}.", "Run ORPS on Linux.")
        raise Unavailable(*_ELSEWHERE.get(platform, unknown))


async def build_wall(job: Job, environment: Mapping[str, str]) -> Wall:
    """The outer wall of this platform, or why there is none. Raise ``Unavailable`` as ``require`` does."""
    require()
    return await bubblewrap.build(job, environment)
