"""Whether a piece of a program ends all quotes and brackets it begins, and so changes nothing behind it."""

import re

_HIDDEN = re.compile(
    rb"""
    \#[^\r\n]*
    | '''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
    | (?!'''|\"\"\") (?: '(?:[^'\\\r\n]|\\.)*' | "(?:[^"\\\r\n]|\\.)*" )
    | (['"]).*
    """,
    re.VERBOSE | re.DOTALL,
)
"""Comments and whole texts in quotes; all from a quote on that does not end, which is a group of its own."""
_TELLING = re.compile(rb"""[][(){}'"\\]""")
_PAIRS = {b")": b"(", b"]": b"[", b"}": b"{"}


def is_closed(piece: bytes) -> bool:
    """False in doubt. A piece that does not parse can be closed: then no text that holds it parses."""
    begun = list[bytes]()
    for each in _TELLING.findall(_HIDDEN.sub(rb"\1", piece)):
        if each not in _PAIRS:
            begun.append(each)  # What ends nothing, as a backslash, is never taken away.
        elif not begun or begun.pop() != _PAIRS[each]:
            return False
    return not begun
