"""The command `orps-language-server`."""

import argparse
import sys
from collections.abc import Sequence

from . import __version__, app, logs
from .serving import leave, listen, serve_socket, serve_stdio

_LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="orps-language-server", description="The ORPS language server. Editors start it by themselves."
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--stdio", action="store_true", help="speak over standard input and output (the default)"
    )
    how.add_argument("--tcp", metavar="HOST:PORT", type=_address, help="wait for one client on a TCP port")
    parser.add_argument("--version", action="version", version=f"orps {__version__}")
    chosen = parser.parse_args(arguments)
    logs.to_stderr()
    server = app.create()
    if chosen.tcp is None:
        serve_stdio(server)
    else:
        try:
            listener = listen(*chosen.tcp)
        except OSError as problem:
            parser.error(f"cannot listen on {':'.join(map(str, chosen.tcp))}: {problem.strerror}")
        serve_socket(server, listener)
    status = 0 if server.protocol.dismissed else 1
    leave(status)
    return status


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, for example 127.0.0.1:2087")
    return host.strip("[]") or "127.0.0.1", int(port)


if __name__ == "__main__":
    sys.exit(main())
