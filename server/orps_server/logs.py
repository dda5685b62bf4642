"""What the server writes to stderr: warnings and errors, never a line of anyone's source."""

import logging
import sys
import traceback


class _Redacted(logging.Formatter):
    """pygls logs whole messages and their parameters, and exception texts may quote what was read."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] in {"orps_server", "orps_core"}
        said = record.getMessage() if ours else str(record.msg).partition("\n")[0]
        where = _outline(record.exc_info[1]) if record.exc_info else ""
        return f"{record.levelname} {record.name}: {said}{where}"


def _outline(error: BaseException | None) -> str:
    """The type and the way it came, without its message."""
    if error is None:
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    way = "".join(f"\n  {frame.name} in {frame.filename}:{frame.lineno}" for frame in frames)
    return f" ({type(error).__name__}){way}"


def to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacted())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
