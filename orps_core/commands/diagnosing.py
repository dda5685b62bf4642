"""``orps doctor``: try what ORPS needs here, and say what is missing."""

import argparse
from pathlib import Path

from ..compose import diagnosed
from ..report import doctor
from .saying import put

NAME, HELP = "doctor", "try what ORPS needs here, and say what is missing"


def describe(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Looks at the project of the current folder and tries the confinement for real."
        " Exit status: 0 all is well, 1 something is open or missing, 2 it cannot run."
    )
    parser.add_argument("--python", metavar="EXE", help="the project's interpreter")
    parser.add_argument("--format", choices=["text", "json"], default="text")


async def run(options: argparse.Namespace) -> int:
    diagnosis = await diagnosed(Path.cwd(), options.python)
    put(doctor.as_json(diagnosis) if options.format == "json" else doctor.text(diagnosis))
    return diagnosis.status
