"""Any server that speaks the OpenAI chat protocol. The only file that knows the ``openai`` package."""

import asyncio
import codecs
import importlib
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence, Sized
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..domain.chat import Price, Reply
from ..ports import Unavailable
from .answering import Answer, read_body
from .asking import Fault, Question
from .dialect import Dialect
from .failing import meaning
from .understanding import Json, complaint

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_LARGEST = 2_000_000
_MOST = 8_000_000  # bytes of a body or of one line of a stream
_LINE_END = re.compile(r"\r\n|\n|\r")
_COMPLAINTS = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
_NOT_CONNECTED = {"ConnectError", "ConnectTimeout"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """``url`` ends before ``/chat/completions``. ``remote`` when it is not on this machine."""

    url: str
    model: str
    remote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds to connect, to the first word of an answer, and between two words."""

    connect: float = 5.0
    first: float = 60.0
    between: float = 30.0


DEFAULT_TIMEOUTS = Timeouts()


class _Response(Protocol):
    """What is used of the package's response."""

    @property
    def headers(self) -> Mapping[str, str]: ...
    def iter_bytes(self) -> AsyncIterator[bytes]: ...


class Endpoint:
    """Implements ``Wire`` over HTTP. What the server does not understand is not said to it again."""

    def __init__(
        self,
        address: Address,
        key: str | None = None,
        price: Price | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        seed: int | None = None,
    ) -> None:
        self._address = address
        self._key = key
        self._price = price
        self._timeouts = timeouts
        self._seed = seed
        self._asked: Counter[str] = Counter()
        self._dialect = Dialect()
        self._client: AsyncOpenAI | None = None
        self._errors: tuple[type[Exception], ...] = ()
        self._opening = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._address.model

    @property
    def price(self) -> Price | None:
        return self._price

    @property
    def several(self) -> bool:
        return self._dialect.several

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def attempt(self, question: Question, seconds: float) -> Sequence[Reply]:
        client = await self._opened()
        answer, used = Answer(question), self._dialect
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(seconds):
                await self._converse(client, question, used, answer)
        except TimeoutError:
            raise Fault("no whole answer in time", received=answer.size) from None
        except Fault as fault:
            fault.kind = self._without_key(fault.kind)
            raise
        except self._errors as error:
            trouble = self._trouble(error, question, used)
            if isinstance(trouble, Fault) and answer.size:
                trouble.received = answer.size
            raise trouble from error
        taken = asyncio.get_running_loop().time() - began
        replies = answer.replies(self._address.model, taken, self._price)
        if not replies:
            raise Fault("an empty answer", received=answer.size)
        if question.samples > 1 and len(replies) < question.samples:
            self._dialect = self._dialect.without("n")
        return replies

    async def models(self) -> Sequence[str] | None:
        """What the server says it has; None when it does not say. Raise ``Unavailable`` if it is closed."""
        client = await self._opened()
        try:
            async with asyncio.timeout(self._timeouts.connect * 2):
                found: object = await client.get("/models", cast_to=cast("Any", object))
        except TimeoutError:
            return None
        except self._errors as error:
            trouble = self._trouble(error)
            if isinstance(trouble, Fault) and trouble.gone:
                raise Unavailable(
                    f"Nothing answers at {self._address.url}.",
                    "Start the server, or name another model (orps endpoints lists what runs here).",
                ) from error
            if getattr(error, "status_code", None) in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                raise trouble from error
            return None
        return _names(found)

    async def _converse(
        self, client: "AsyncOpenAI", question: Question, dialect: Dialect, answer: Answer
    ) -> None:
        seed = None
        if self._seed is not None:
            # The same question once more is to get another answer, and the same one in another run.
            seed = self._seed + self._asked[question.digest]
            self._asked[question.digest] += 1
        body = dialect.request(question, self._address.model, seed)
        create: Any = client.chat.completions.with_streaming_response.create
        opened = cast("AbstractAsyncContextManager[_Response]", create(**body))
        async with asyncio.timeout(self._timeouts.first) as silence, opened as response:
            kind = response.headers.get("content-type", "").partition(";")[0]
            if "event-stream" not in kind:
                return read_body(await _whole(response), kind, answer)
            async for line in _lines(response):
                silence.reschedule(asyncio.get_running_loop().time() + self._timeouts.between)
                if answer.take(line) or answer.size > _LARGEST:
                    break
        return answer.end()

    def _trouble(
        self, error: Exception, question: Question | None = None, used: Dialect | None = None
    ) -> Fault | Unavailable:
        status = getattr(error, "status_code", None)
        if not isinstance(status, int):
            return Fault(_lost(error), gone=_never_there(error))
        response: Any = getattr(error, "response", None)
        body: Json = getattr(error, "body", None)
        if status in _COMPLAINTS and question is not None and used is not None:
            change = used.after(json.dumps(body, ensure_ascii=False, default=str), question)
            if change is not None:
                # Questions that went out side by side are all answered by the same complaint.
                self._dialect = change if self._dialect == used else self._dialect
                return Fault("it does not know all options of a request", after=0.0, learnt=True)
        said = self._without_key(complaint(body))
        plain = "" if said.startswith("<") else said  # a page is for a browser
        return meaning(status, plain, response.headers, self._address.url, self._address.model)

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "…") if self._key else text

    async def _opened(self) -> "AsyncOpenAI":
        async with self._opening:
            if self._client is None:
                # Half a second or more, in which whoever types would wait for us.
                package = await asyncio.to_thread(importlib.import_module, "openai")
                self._client = self._open(package)
                # Its own errors, and those of the HTTP client that it lets through while it streams.
                transport = await asyncio.to_thread(importlib.import_module, "httpx2")
                self._errors = (package.OpenAIError, transport.HTTPError, transport.StreamError)
        return self._client

    def _open(self, package: Any) -> "AsyncOpenAI":  # noqa: ANN401  (a module)
        seconds = self._timeouts
        limits = package.Timeout(seconds.first, connect=seconds.connect)
        # Not to another host, not even when the server says so; and what is on this machine needs no proxy.
        transport = package.DefaultAsyncHttpxClient(
            follow_redirects=False, trust_env=self._address.remote, timeout=limits
        )
        client: AsyncOpenAI = package.AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._address.url,
            organization=None,
            max_retries=0,
            timeout=limits,
            http_client=transport,
        )
        return client


async def _whole(response: _Response) -> bytes:
    parts: list[bytes] = []
    async for part in response.iter_bytes():
        parts.append(part)
        _see_to(parts)
    return b"".join(parts)


async def _lines(response: _Response) -> AsyncIterator[str]:
    """Lines as event streams end them: other separators that Unicode knows may stand within JSON."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    begun: list[str] = []
    async for part in response.iter_bytes():
        first, *others = _LINE_END.split(decoder.decode(part))
        begun.append(first)
        for line in others:
            yield "".join(begun)
            begun = [line]
        _see_to(begun)
    yield "".join(begun)


def _see_to(parts: Sequence[Sized]) -> None:
    """No server fills our memory. Raise ``Fault`` when what came in one piece is more than any answer."""
    if sum(map(len, parts)) > _MOST:
        raise Fault("it sends without end")


def _names(found: object) -> Sequence[str] | None:
    if not isinstance(found, Mapping):
        return None
    data = cast("Mapping[str, Json]", found).get("data")
    if not isinstance(data, list):
        return None
    return [str(each["id"]) for each in data if isinstance(each, dict) and each.get("id")]


def _never_there(error: BaseException) -> bool:
    """Whether nobody accepted the connection, so that nothing was sent."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError) or type(cause).__name__ in _NOT_CONNECTED:
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _lost(error: Exception) -> str:
    if _never_there(error):
        return "nobody accepts the connection"
    if "Timeout" in type(error).__name__:
        return "no answer in time"
    return "the connection broke off"
