"""A unified diff that patch and git accept."""

import difflib


def unified(before: str, after: str, path: str) -> str:
    """Empty when the texts are equal. ``path`` is written with forward slashes after a/ and b/."""
    name = path.replace("\\", "/").lstrip("/")
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    ended = [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]
    return "".join(ended)


def _lines(text: str) -> list[str]:
    """Lines as patch counts them: other separators that str.splitlines knows are text."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
