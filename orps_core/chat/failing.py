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


def meaning(
    status: int, text: str, headers: Mapping[str, str], where: str, model: str
) -> Fault | Unavailable:
    """``text`` is what the server said, without any key."""
    said = " ".join(text.split())[:_SHOWN]
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Unavailable(
            f"{where} refuses the key ({status}).",
            "Put a valid key into the environment variable OPENAI_API_KEY.",
        )
    if status == HTTPStatus.NOT_FOUND:
        return Unavailable(
            f"{where} does not know the model {model!r} or the address ({said or status}).",
            "orps endpoints lists local servers with their models; a base URL mostly ends in /v1.",
        )
    if status == HTTPStatus.PAYMENT_REQUIRED or any(sign in text for sign in _SPENT):
        return Unavailable(
            f"{where} wants to be paid first ({said or status}).", "Settle that, or name another model."
        )
    if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Fault(_name(status), after=retry_after(headers, dt.datetime.now(dt.UTC)))
    if 300 <= status < 400:  # noqa: PLR2004  (redirections)
        return Unavailable(
            f"{where} sends the request elsewhere ({status}), where it is not sent on.",
            "Name the address that it points to.",
        )
    return Fault(f"it refuses the request: {said or status}", again=False)


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
