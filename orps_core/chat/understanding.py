"""What stands where in the JSON of servers that speak the protocol each in a way of their own."""

import json
from collections.abc import Mapping

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_PASSING = {408, 409, 425, 429}
_REFUSALS = range(400, 500)


def text_of(content: Json) -> str:
    """Plain text, a part that holds some, or a list of parts of which some are text."""
    return "".join(map(_text, content if isinstance(content, list) else [content]))


def _text(part: Json) -> str:
    if isinstance(part, dict):
        part = part.get("text")
    if isinstance(part, dict):
        part = part.get("value")
    # Half of a pair of code units cannot be written down anywhere.
    return part.encode(errors="replace").decode() if isinstance(part, str) else ""


def arguments_of(part: Mapping[str, Json]) -> str:
    """What a tool would be called with, for a model that was taught to write with one."""
    calls = part.get("tool_calls")
    each = [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    called = [part.get("function_call"), *(call.get("function") for call in each)]
    given = [function.get("arguments") for function in called if isinstance(function, dict)]
    return "".join(json.dumps(it) if isinstance(it, dict) else text_of(it) for it in given)


def error_of(found: Mapping[str, Json]) -> Json:
    """What a body calls an error, also one that only looks like it where an answer should be."""
    if found.get("error") or found.get("choices"):
        return found.get("error")
    if found.get("object") == "error":
        return dict(found)
    return found.get("detail")


def may_pass(error: Json) -> bool:
    """Unless it says by its code that the question is at fault."""
    code = str(error.get("code") or error.get("status") if isinstance(error, dict) else "")
    return not code.isdecimal() or int(code) not in _REFUSALS or int(code) in _PASSING


def complaint(body: Json, depth: int = 4) -> str:
    """What went wrong, in the server's words, wherever the body of a refusal holds them."""
    match body:
        case str():
            return " ".join(body.split())
        case {"message": str(said)} | {"msg": str(said)}:
            return " ".join(said.split())
        case {"error": found} | {"detail": found} if depth:
            return complaint(found, depth - 1)
        case [*found] if depth:
            return "; ".join(filter(None, (complaint(each, depth - 1) for each in found)))
        case _:
            return ""
