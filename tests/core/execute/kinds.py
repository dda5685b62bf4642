"""Modules before and after a change of one function, and who refers to the function how."""

from dataclasses import dataclass
from textwrap import dedent

_USES = """
    import mod
    from mod import f
    held = {"f": f, "list": [f]}
    def probe():
        return [f(1), mod.f(1), held["f"](1), held["list"][0](1), mod.inside(1)]
"""
_METHOD = """
    import mod
    from mod import C
    taken = C.f
    class Sub(C):
        def f(self, x):
            return ["sub", super().f(x)]
    class Same(C):
        pass
    made = C()
    bound = made.f
    def probe():
        return [C().f(1), made.f(1), bound(1), taken(made, 1), Sub().f(1), Same().f(1)]
"""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """``exact``: whether exchanging the function can do what importing the new text does."""

    before: str
    after: str
    uses: str
    target: str
    exact: bool


def _kind(
    before: str, change: tuple[str, str], *, uses: str = _USES, target: str = "f", exact: bool = True
) -> Kind:
    text = dedent(before).lstrip()
    old, new = change
    assert text.count(old) == 1, (text, old)
    if uses is _USES:
        text += "\ndef inside(x):\n    return f(x)\n"
    return Kind(before=text, after=text.replace(old, new), uses=dedent(uses), target=target, exact=exact)


_PLAIN = "def f(x):\n    return x\n"
_NEW = ("return x", "return [x, 'new']")
_WRAPPED = """
    import functools
    def loud(g):
        {wraps}
        def wrapper(*args):
            return ["loud", g(*args)]
        return wrapper
    @loud
    def f(x):
        return x
"""
_CLASS = """
    class Base:
        def f(self, x):
            return ["base", x]
    class C(Base):
        k = 3
        {decorator}
        def f({first}x):
            return x
        def other(self):
            return super().f(2)
"""


def _class(decorator: str = "", first: str = "self, ") -> str:
    return (
        dedent(_CLASS)
        .replace("    {decorator}\n", f"    {decorator}\n" if decorator else "")
        .replace("{first}", first)
    )


KINDS = {
    "a function": _kind(_PLAIN, _NEW),
    "defaults": _kind("def f(x, y=1):\n    return [x, y]\n", ("y=1", "y=2")),
    "defaults of keywords": _kind("def f(x, *, y=1):\n    return [x, y]\n", ("y=1", "y=2")),
    "a decorator with wraps": _kind(
        _WRAPPED.replace("{wraps}", "@functools.wraps(g)"), ("return x\n", "return [x]\n")
    ),
    "a decorator without wraps": _kind(_WRAPPED.replace("{wraps}", "pass"), ("return x\n", "return [x]\n")),
    "a first decorator and its import": _kind(
        "def f(x):\n    return [x]\n", ("def f(x):", "import functools\n\n\n@functools.cache\ndef f(x):")
    ),
    "two decorators": _kind(
        _WRAPPED.replace("{wraps}", "pass").replace("@loud", "@loud\n    @functools.lru_cache(maxsize=None)"),
        ("return x\n", "return [x]\n"),
    ),
    "a cached function": _kind("import functools\n@functools.lru_cache\n" + _PLAIN, _NEW),
    "a cache added": _kind(
        "import functools\n" + _PLAIN,
        (_PLAIN, "@functools.lru_cache(maxsize=None)\ndef f(x):\n    return [x, 'new']\n"),
    ),
    "a cache and its import added": _kind(
        "import os\n" + _PLAIN,
        (
            "import os\n" + _PLAIN,
            "import functools\nimport os\n@functools.cache\ndef f(x):\n    return [x, 'new']\n",
        ),
    ),
    "a cache taken away": _kind(
        "import functools\n@functools.lru_cache\n" + _PLAIN, ("@functools.lru_cache\n", ""), exact=False
    ),
    "a method": _kind(_class(), ("return x\n", "return [x, self.k]\n"), uses=_METHOD, target="C.f"),
    "a method that gains super": _kind(
        _class(), ("return x\n", "return super().f(x)\n"), uses=_METHOD, target="C.f"
    ),
    "a method that loses super": _kind(
        _class().replace("return x\n", "return [super().f(x)]\n"),
        ("return [super().f(x)]", "return [x]"),
        uses=_METHOD,
        target="C.f",
    ),
    "a method that keeps super": _kind(
        _class().replace("return x\n", "return [super().f(x)]\n"),
        ("return [super().f(x)]", "return [[super().f(x)]]"),
        uses=_METHOD,
        target="C.f",
    ),
    "a private name in a method": _kind(
        _class().replace("k = 3", "__k = 3"),
        ("return x\n", "return [x, self.__k]\n"),
        uses=_METHOD,
        target="C.f",
    ),
    "a static method": _kind(
        _class("@staticmethod", "").replace("super().f(2)", "2"),
        ("return x\n", "return [x]\n"),
        uses="from mod import C\ntaken = C.f\ndef probe():\n    return [C.f(1), C().f(1), taken(1)]\n",
        target="C.f",
    ),
    "a class method": _kind(
        _class("@classmethod", "cls, "),
        ("return x\n", "return [x, cls.k]\n"),
        uses="from mod import C\ntaken = C.f\ndef probe():\n    return [C.f(1), C().f(1), taken(1)]\n",
        target="C.f",
    ),
    "a property": _kind(
        "class C:\n    @property\n    def f(self):\n        return 1\n    @f.setter\n    def f(self, v):\n        pass\n",
        ("return 1", "return 2"),
        uses="from mod import C\nmade = C()\ndef probe():\n    return [made.f, C.f.fget(made)]\n",
        target="C.f",
    ),
    "the setter of a property": _kind(
        "class C:\n    @property\n    def f(self):\n        return self.v\n    @f.setter\n    def f(self, v):\n        self.v = v\n",
        ("self.v = v", "self.v = [v]"),
        uses="from mod import C\ndef probe():\n    made = C()\n    made.f = 1\n    return made.f\n",
        target="C.f",
    ),
    "a method of a dataclass": _kind(
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    k: int = 3\n    def f(self, x):\n        return x\n",
        ("return x", "return [x, self.k]"),
        uses=_METHOD,
        target="C.f",
    ),
    "a method of an inner class": _kind(
        "class A:\n    class C:\n        def f(self, x):\n            return x\nC = A.C\n",
        ("return x", "return [x]"),
        uses=_METHOD,
        target="A.C.f",
    ),
    "a coroutine": _kind(
        "async def f(x):\n    return x\n",
        _NEW,
        uses="import asyncio\nfrom mod import f\nheld = [f]\ndef probe():\n    return [asyncio.run(f(1)), asyncio.run(held[0](1))]\n",
    ),
    "a generator": _kind(
        "def f(x):\n    yield x\n",
        ("yield x", "yield from (x, x)"),
        uses="from mod import f\nheld = [f]\ndef probe():\n    return [list(f(1)), list(held[0](1))]\n",
    ),
    "a list that becomes a generator": _kind(
        "def f(x):\n    return [x]\n",
        ("return [x]", "yield x"),
        uses="from mod import f\nheld = [f]\ndef probe():\n    return [list(f(1)), list(held[0](1))]\n",
    ),
    "a context manager": _kind(
        "import contextlib\n@contextlib.contextmanager\ndef f(x):\n    yield x\n",
        ("yield x", "yield [x]"),
        uses="from mod import f\nheld = [f]\ndef probe():\n    with f(1) as a, held[0](2) as b:\n        return [a, b]\n",
    ),
    "a single dispatch": _kind(
        "import functools\n@functools.singledispatch\n"
        + _PLAIN
        + "@f.register\ndef of_text(x: str):\n    return ['text', x]\n",
        ("return x\n", "return [x]\n"),
        uses="from mod import f\nheld = [f]\ndef probe():\n    return [f(1), held[0](1), f('a')]\n",
    ),
    "a partial made at import": _kind(
        _PLAIN + "import functools\nmade = functools.partial(f, 1)\n",
        _NEW,
        uses="from mod import made, f\nown = [made, f]\ndef probe():\n    return [made(), own[0](), own[1](2)]\n",
    ),
    "an alias in a class": _kind(
        _PLAIN + "class K:\n    g = staticmethod(f)\n",
        _NEW,
        uses="from mod import K\ng = K.g\ndef probe():\n    return [K.g(1), g(1)]\n",
    ),
    "recursion": _kind("def f(x):\n    return x and f(x - 1)\n", ("x and f(x - 1)", "['r', x and f(x - 1)]")),
    "a helper added before": _kind(
        _PLAIN, (_PLAIN, "def help(x):\n    return [x, 'h']\n\n\ndef f(x):\n    return help(x)\n")
    ),
    "a constant and an import added": _kind(
        "import os\n" + _PLAIN,
        (
            "import os\n" + _PLAIN,
            "import math\nimport os\n\n_TABLE = {1: math.floor(2.5)}\n\ndef f(x):\n    return _TABLE[x]\n",
        ),
    ),
    "a table added after, that uses the function": _kind(
        _PLAIN, (_PLAIN, "def f(x):\n    return [x, 'new']\n\n\n_TABLE = [f(n) for n in range(3)]\n")
    ),
    "an inner function": _kind(
        "def f(x):\n    def inner(y):\n        return y\n    return inner(x)\n", ("return y", "return [y, x]")
    ),
    "a function in a condition": _kind(
        "import sys\nif sys.maxsize:\n    def f(x):\n        return x\nelse:\n    f = None\n", _NEW
    ),
    "a function with a future import": _kind(
        "from __future__ import annotations\ndef f(x: Not_There):\n    return x\n", _NEW
    ),
    "windows line ends": _kind(_PLAIN.replace("\n", "\r\n"), _NEW),
    "a module of one that was imported twice": _kind(
        _PLAIN,
        _NEW,
        uses="import importlib, sys\nfrom mod import f\nfirst = sys.modules.pop('mod')\nimport mod\nsys.modules['again'] = first\n"
        "def probe():\n    return [f(1), mod.f(1), first.f(1)]\n",
    ),
    "a closure made at import": _kind(
        "def f(x):\n    return lambda: x\nmade = f(1)\n",
        ("lambda: x", "lambda: [x]"),
        uses="from mod import made, f\ndef probe():\n    return [made(), f(2)()]\n",
        exact=False,
    ),
    "a function called at import": _kind(_PLAIN + "table = [f(1)]\n", _NEW, exact=False),
    "a function called by a test file": _kind(
        _PLAIN, _NEW, uses="from mod import f\nv = f(1)\ndef probe():\n    return v\n", exact=False
    ),
    "another constant changed": _kind(
        "K = 1\ndef f(x):\n    return [x, K]\n", ("K = 1", "K = 2"), exact=False
    ),
    "another function changed": _kind(
        "def g():\n    return 1\ndef f(x):\n    return [x, g()]\n", ("return 1", "return 2"), exact=False
    ),
    "another attribute of the class": _kind(
        _class(), ("k = 3", "k = 4"), uses=_METHOD, target="C.f", exact=False
    ),
    "a name with another meaning": _kind(
        "import os\n" + _PLAIN, (_PLAIN, "os = 3\ndef f(x):\n    return [x, os]\n"), exact=False
    ),
    "a decorator that copies the code": _kind(
        "import types\ndef copy(g):\n    return types.FunctionType(g.__code__, g.__globals__)\n@copy\n"
        + _PLAIN,
        _NEW,
    ),
    "a decorator that hides the function": _kind(
        "class Hide:\n    def __init__(self, g):\n        self.g = g\n    def __call__(self, x):\n        return self.g(x)\n@Hide\n"
        + _PLAIN,
        _NEW,
        exact=False,
    ),
    "a method with other parameters": _kind(
        _class(),
        ("def f(self, x):\n        return x\n", "def f(self, x, y=2):\n        return [x, y]\n"),
        uses=_METHOD,
        target="C.f",
        exact=False,
    ),
}
