"""``orps endpoints``: which models can be asked here, and how to name them."""

import argparse
import dataclasses
import json

from ..compose import endpoints
from .numbers import whole
from .saying import FOUND, NOTHING, put

NAME, HELP = "endpoints", "look for model servers on this machine"


def describe(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Asks the usual loopback ports for /v1/models; nothing else is sent, and nothing leaves this machine."
        " Exit status: 0 something answers, 1 nothing does."
    )
    parser.add_argument(
        "--port", type=whole, nargs="+", default=[], metavar="PORT", help="ask these ports too"
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")


async def run(options: argparse.Namespace) -> int:
    found, auto = await endpoints(options.port)
    if options.format == "json":
        servers = [dataclasses.asdict(each) for each in found]
        put(json.dumps({"schema": "orps.endpoints/1", "servers": servers, "auto": auto}))
    else:
        for each in found:
            put(f"{each.url}  {each.kind}")
            for model in each.models:
                put(f"  --model openai:{each.url}#{model}")
        if not found:
            put("No model server answers on the usual ports of this machine.")
            put("Start one (for example: ollama serve), or name another: --model openai:<base-url>#<model>.")
        put(f"--model auto asks {auto}")
    return FOUND if found else NOTHING
