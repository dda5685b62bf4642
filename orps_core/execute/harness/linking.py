"""Recognises graphs in arguments, and makes longer ones of linked copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Dict, List, Set, Tuple, cast

_ENDS = (int, float, str, bytes, complex, type(None))


def is_graph(value: Dict[object, object]) -> bool:
    """Whether every key leads to keys."""
    return any(value.values()) and all(_leads_to(part, value) for part in value.values())


def links_itself(value: Sequence[object]) -> bool:
    """Whether it is a graph as lists of the indices of neighbours."""
    if {type(row) for row in value} != {list}:
        return False
    links = [to for row in cast("Sequence[Sequence[object]]", value) for to in row]
    return bool(links) and all(type(to) is int and 0 <= to < len(value) for to in links)


def chained_graph(graph: Dict[object, object], copies: int) -> Dict[object, object]:
    """Copies of the graph, each linked to the next one, so that walks through it get longer."""
    keys = list(graph)
    made = {
        relabelled(key, graph, copied): relabelled(part, graph, copied)
        for copied in range(copies)
        for key, part in graph.items()
    }
    for copied in range(copies - 1):
        part = made[relabelled(keys[-1], graph, copied)]
        onward = relabelled(keys[0], graph, copied + 1)
        if isinstance(part, list) and all(isinstance(item, _ENDS) for item in cast("List[object]", part)):
            cast("List[object]", part).append(onward)
        elif isinstance(part, set):
            cast("Set[object]", part).add(onward)
    return made


def chained_lists(rows: Sequence[Sequence[int]], size: int) -> List[object]:
    count = len(rows)
    made = [[to + copied * count for to in row] for copied in range(size // count) for row in rows]
    for index in range(count - 1, len(made) - 1, count):
        made[index].append(index + 1)
    return list(cast("List[object]", made))


def relabelled(value: object, graph: Dict[object, object], copied: int) -> object:
    """The same part of the copy of that number: every key of the graph in it becomes that copy's key."""
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = cast("Sequence[object]", value)
        kind = cast("Callable[[List[object]], object]", type(parts))
        return kind([relabelled(part, graph, copied) for part in parts])
    if isinstance(value, dict):
        pairs = cast("Dict[object, object]", value)
        return {relabelled(key, graph, copied): part for key, part in pairs.items()}
    if not copied or not isinstance(value, (int, str)) or value not in graph:
        return value
    if isinstance(value, str):
        return f"{value}{copied}"
    return value + copied * (1 + max(key for key in graph if isinstance(key, int)))


def _leads_to(part: object, graph: Dict[object, object]) -> bool:
    if not isinstance(part, (list, tuple, set, dict)):
        return False
    return all(_end(item) in graph for item in cast("List[object]", part))


def _end(edge: object) -> object:
    """Where an edge leads; that comes first where it carries more."""
    first = next(iter(cast("Tuple[object, ...]", edge)), None) if type(edge) is tuple else edge
    return first if isinstance(first, _ENDS) else None
