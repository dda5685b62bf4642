"""Picks the models of a run: who is asked, at what price, and what a person must know about it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .chat.account import Account
from .chat.asking import Editor
from .chat.caller import Caller, Patience
from .chat.endpoint import Address, Endpoint
from .chat.naming import Choice, Edited, Recorded, Rules, Served, choice, name_of
from .chat.probing import USUAL_PORTS, Server, probe
from .chat.replay import Replay
from .critique.plain import PlainCritic
from .critique.reviewer import Reviewer
from .domain.chat import Price
from .domain.settings import Settings, Setup
from .domain.suite import TestSuite
from .ports import Chat, Critic, Ledger, NoModel, Programmer, Thinker, Unavailable
from .propose.thinker import ModelThinker
from .tape import Tape, read_tape

_EDITORS = Patience(attempts=2, side_by_side=2)
"""Of somebody who has a model for other work as well."""

Cases = Callable[[TestSuite], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who proposes and who judges. ``critic`` needs no model; the last three are None where none is."""

    programmer: Programmer
    critic: Critic
    reviewer: Critic | None = None
    thinker: Thinker | None = None
    ledger: Ledger | None = None


async def reachable(ports: Sequence[int]) -> tuple[Server, ...]:
    """Model servers on this machine: on their usual ports, and on these."""
    return await probe((*USUAL_PORTS, *ports))


def named(settings: Settings, environment: Mapping[str, str]) -> Choice:
    """What was asked for: by the settings, else by the environment, else nothing."""
    return choice(settings.model or ("auto" if environment.get("ORPS_MODEL") else "rules"), environment)


def setup(settings: Settings, environment: Mapping[str, str]) -> Setup:
    """What is asked for, with the models by their whole names."""
    chosen, critic = named(settings, environment), settings.critic_model
    return Setup(
        objective=settings.objective,
        tactics=settings.tactics,
        seed=settings.seed,
        model=None if isinstance(chosen, Rules) else name_of(chosen),
        critic_model=None if critic is None else name_of(choice(critic, environment)),
    )


def recorded(settings: Settings, environment: Mapping[str, str]) -> Tape | None:
    """The recording of the run that is wanted again. Raise ``Unavailable`` if it cannot be read."""
    chosen = named(settings, environment)
    return read_tape(Path(chosen.path)) if isinstance(chosen, Recorded) else None


def repeated(settings: Settings, environment: Mapping[str, str], told: Setup | None) -> bool:
    """Whether a run that tells this setup only shows again what was recorded, so that nothing is run."""
    chosen = named(settings, environment)
    return isinstance(chosen, Recorded) and told is not None and told.model != name_of(chosen)


def receiver(chosen: Choice) -> str:
    """Who would be asked, for a person who wants to know before anything is sent."""
    match chosen:
        case Served() as served:
            where = "it leaves this machine" if served.remote else "on this machine"
            return f"{served.url}, model {served.model or 'the one that it has'}: {where}"
        case Recorded(path=path):
            return f"nobody: the answers are recorded in {path}"
        case Edited():
            return "the editor's model"
        case Rules():
            return "nobody: the built-in rules work alone"


def repeated_team(tape: Tape, cases: Cases) -> Team:
    """Who took part in a recorded run. What a model said is said again."""
    chat = Replay(tape.repeated, None) if tape.setup.model is not None else None
    critic = tape.setup.critic_model
    return _team(chat, chat if critic is None or critic != "rules" else None, None, cases)


@asynccontextmanager
async def team(
    settings: Settings,
    environment: Mapping[str, str],
    cases: Cases,
    editor: Editor | None = None,
    note: str | None = None,
) -> AsyncGenerator[Team]:
    """Raise ``NoModel`` when the model that was named cannot be asked. Leaving ends all connections.

    ``editor`` is the way to the models of the editor that started the run, where it has any. ``note`` is what
    a person is to be told about the model.
    """
    chosen = named(settings, environment)
    if isinstance(chosen, Rules):
        yield await asyncio.to_thread(_team, None, None, None, cases)
        return
    account = Account(settings.budget)
    if note is not None:
        account.tell_once(note)
    async with AsyncExitStack() as stack:
        try:
            ask = partial(_chat, account=account, stack=stack, editor=editor)
            chat = await ask(chosen, settings.price, settings, environment)
            judging = chat
            if settings.critic_model is not None:
                critic, price = choice(settings.critic_model, environment), settings.critic_price
                judging = await ask(critic, price, settings, environment)
        except Unavailable as problem:
            raise NoModel(problem.reason, problem.advice, option=problem.option) from problem
        yield await asyncio.to_thread(_team, chat, judging, account, cases)


def _team(chat: Chat | None, judging: Chat | None, ledger: Ledger | None, cases: Cases) -> Team:
    """In a thread: what it imports is large, and not there before the first run; an idle server is small."""
    from .propose.author import Author, Company  # noqa: PLC0415
    from .propose.rule_programmer import RuleProgrammer  # noqa: PLC0415

    rules, plain = RuleProgrammer(), PlainCritic()
    if chat is None and judging is None:
        return Team(programmer=rules, critic=plain, ledger=ledger)
    return Team(
        programmer=Company(rules=rules, model=Author(chat=chat, cases=cases) if chat else rules),
        critic=plain,
        reviewer=Reviewer(chat=judging, plain=plain) if judging else None,
        thinker=ModelThinker(chat=chat, cases=cases) if chat else None,
        ledger=ledger,
    )


async def _chat(
    chosen: Choice,
    price: Price | None,
    settings: Settings,
    environment: Mapping[str, str],
    *,
    account: Account,
    stack: AsyncExitStack,
    editor: Editor | None,
) -> Chat | None:
    """None for the rules, who do not talk."""
    match chosen:
        case Rules():
            return None
        case Recorded(path=path):
            return Replay(read_tape(Path(path)).answers, account)
        case Edited(selector=selector) if editor is not None:
            return Caller(editor(selector, settings.gentle), account, _EDITORS)
        case Edited():
            raise Unavailable(
                "The editor's models can be asked from within the editor only.",
                "Name an endpoint instead: openai:<base-url>#<model>.",
            )
        case Served() as served:
            if settings.budget.cost is not None and price is None:
                raise Unavailable(
                    "A budget in dollars needs to know what the model costs.",
                    "Say its price for a million tokens, or limit tokens instead.",
                    option="--price IN/OUT, --tokens N",
                )
            endpoint = Endpoint(
                await _address(served, environment),
                key=environment.get("OPENAI_API_KEY") or None,
                price=price,
                seed=settings.seed,
            )
            stack.push_async_callback(endpoint.aclose)
            if served.remote:
                account.tell_once(
                    f"function, module and cases are sent to {served.url}: they leave this machine"
                )
            return Caller(endpoint, account)


async def _address(served: Served, environment: Mapping[str, str]) -> Address:
    """Ask the server what it has, which also shows that it is there and takes the key."""
    address = Address(url=served.url, model=served.model or "", remote=served.remote)
    asking = Endpoint(address, key=environment.get("OPENAI_API_KEY") or None)
    try:
        names = await asking.models()
    finally:
        await asking.aclose()
    if served.model is not None:
        return address
    if names is not None and len(names) == 1:
        return Address(url=served.url, model=names[0], remote=served.remote)
    listed = ", ".join(list(names or ())[:8])
    raise Unavailable(
        f"Which of the models at {served.url}?"
        if names
        else f"{served.url} does not say what models it has.",
        f"Write openai:{served.url}#NAME" + (f"; it has {listed}." if listed else "."),
    )
