"""What an HTTP status means for whoever asked: ask again, ask differently, or give up with advice."""

import datetime as dt
import email.utils
from collections.abc import Mapping
from http import HTTPStatus

from ..ports import Unavailable
from .asking import Fault

_SHOWN = 160
_AGAIN = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_SPENT = ("insufficient_quota", "billing", "credit balance")
_LONG = ("context length", "context window", "context size", "too many tokens", "prompt is too long")


def meaning(
    status: int, text: str, headers: Mapping[str, str], where: str, model: str
) -> Fault | Unavailable:
    """``text`` is what the server said, without any key; empty where it said nothing to read."""
    said = f"{status}: {text[:_SHOWN]}" if text else str(status)
    if status == HTTPStatus.UNAUTHORIZED:
        return Unavailable(
            f"{where} refuses the key ({status}).",
            "Put a valid key into the environment variable OPENAI_API_KEY.",
        )
    if status == HTTPStatus.FORBIDDEN:
        return Unavailable(
            f"{where} does not let this key ask the model {model!r} ({said}).",
            "Put another key into the environment variable OPENAI_API_KEY, or name another model.",
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        return Unavailable(
            f"{where} does not know the model {model!r} or the address ({said}).",
            "orps endpoints lists local servers with their models; a base URL mostly ends in /v1.",
        )
    if status == HTTPStatus.PAYMENT_REQUIRED or any(sign in text for sign in _SPENT):
        return Unavailable(f"{where} wants to be paid first ({said}).", "Settle that, or name another model.")
    if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Fault(_name(status), after=retry_after(headers, dt.datetime.now(dt.UTC)))
    if 300 <= status < 400:  # noqa: PLR2004  (redirections)
        place = headers.get("location", "").partition("?")[0].removesuffix("/chat/completions")
        return Unavailable(
            f"{where} sends the request elsewhere ({status}), where it is not sent on.",
            f"Name the address that it points to{f': {place[:_SHOWN]}' if place else ''}.",
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or any(sign in text for sign in _LONG):
        what = f"the question is too long for it ({said}); a model with a longer context can be asked"
        return Fault(what, again=False)
    return Fault(f"it refuses the request ({said})", again=False)


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Seconds, by ``retry-after-ms`` or ``Retry-After`` in seconds or as an HTTP date (RFC 9110, 10.2.3)."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        seconds: float | None
        try:
            seconds = float(value) / unit
        except ValueError:
            seconds = _until(value, now) if value else None
        if seconds is not None and 0 <= seconds < float("inf"):
            return seconds
    return None


def _until(value: str, now: dt.datetime) -> float | None:
    try:
        when = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return max(0.0, (aware - now).total_seconds())


def _name(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase.lower()
    except ValueError:
        phrase = "server error"
    return f"status {status}, {phrase}"
