"""One string names a model: what a person writes, as a value."""

import ipaddress
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from ..ports import Unavailable

PUBLIC = "https://api.openai.com/v1"
_PLACE = re.compile(r"[^/]+:\d{2,5}(/|$)")
"""A host with a port, and no model: their tags are no numbers of several digits."""

FORMS = "Write rules, openai:<base-url>#<model>, replay:<file>, editor or auto."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """No model: the built-in rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A model behind an OpenAI-compatible address; None: the one that the server has."""

    url: str
    model: str | None

    @property
    def remote(self) -> bool:
        """Whether what is sent there leaves this machine."""
        host = urllib.parse.urlsplit(self.url).hostname or ""
        if host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost"):
            return False
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return True
        # Whoever writes 0.0.0.0 copied where a server listens, and is connected to this machine.
        return not (address.is_loopback or address.is_unspecified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A model of the editor's; the empty selector is the editor's own choice."""

    selector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was said in an earlier run, whose journal lies at ``path``."""

    path: str


Choice = Rules | Served | Edited | Recorded


def choice(text: str, environment: Mapping[str, str]) -> Choice:
    """Raise ``Unavailable`` for what names no model."""
    kind, _, rest = text.strip().partition(":")
    match kind:
        case "rules" if not rest:
            return Rules()
        case "auto" if not rest:
            return _auto(environment)
        case "editor":
            return Edited(selector=rest)
        case "replay" if rest:
            return Recorded(path=rest)
        case "openai":
            return _served(rest, environment)
        case _:
            raise Unavailable(f"{text!r} names no model.", FORMS)


def name_of(chosen: Choice) -> str:
    """The inverse of ``choice``, with everything spelt out and nothing secret in it."""
    match chosen:
        case Rules():
            return "rules"
        case Served(url=url, model=model):
            return f"openai:{url}#{model}" if model else f"openai:{url}"
        case Edited(selector=selector):
            return f"editor:{selector}" if selector else "editor"
        case Recorded(path=path):
            return f"replay:{path}"


def _auto(environment: Mapping[str, str]) -> Choice:
    """What the environment says outright; without a word from it, the rules."""
    named = environment.get("ORPS_MODEL", "")
    if named and named != "auto":
        known = named.partition(":")[0] in {"rules", "editor", "replay", "openai"}
        return choice(named if known else f"openai:#{named}", environment)
    if environment.get("OPENAI_BASE_URL"):
        return Served(url=_url(environment["OPENAI_BASE_URL"]), model=None)
    return Rules()


def _served(rest: str, environment: Mapping[str, str]) -> Served:
    """``<base-url>#<model>``, either of which may be missing."""
    url, _, model = rest.rpartition("#") if "#" in rest else (rest, "", "")
    if not model and "://" not in url and not _PLACE.match(url):
        url, model = "", url
    return Served(url=_url(url or environment.get("OPENAI_BASE_URL") or PUBLIC), model=model or None)


def _url(text: str) -> str:
    advice = "Write it as http://127.0.0.1:11434/v1 or https://host/v1."
    try:
        parts = urllib.parse.urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise Unavailable(f"{text!r} is no address ({error}).", advice) from error
    if parts.username or parts.password:
        raise Unavailable("The address of the model holds a password.", "Put keys into OPENAI_API_KEY.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise Unavailable(f"{text!r} is no address of a model's server.", advice)
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, path or "/v1", "", ""))
