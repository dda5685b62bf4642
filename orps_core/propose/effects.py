"""What code does to names: which it reads, binds, changes in place or hands to code nobody has seen."""

import bisect
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PURE_BUILTINS = _words(
    "abs all any ascii bin bool bytes chr complex dict divmod enumerate filter float format frozenset hash "
    "hex id int isinstance issubclass len list map max min oct ord pow print range repr reversed round set "
    "slice sorted str sum tuple type zip"
)
"""Built-in functions that change none of their arguments (iterators among the arguments apart)."""

PURE_MODULES = frozenset(("math", "cmath", "operator", "statistics", "np", "numpy"))

PURE_METHODS = _words(
    "bit_count bit_length capitalize casefold center conjugate copy count decode difference encode endswith "
    "expandtabs find format get hex index intersection is_integer isalnum isalpha isascii isdecimal isdigit "
    "isdisjoint isidentifier islower isnumeric isprintable isspace issubset issuperset istitle isupper items "
    "join keys ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition "
    "rsplit rstrip split splitlines startswith strip swapcase symmetric_difference title to_bytes translate "
    "union upper values zfill"
)
"""Methods of built-in types that change nothing."""

MUTATORS = _words(
    "add append appendleft clear difference_update discard extend extendleft insert intersection_update pop "
    "popitem popleft remove reverse rotate setdefault sort symmetric_difference_update update"
)
"""Methods of built-in types that change their object."""


class _Deed(enum.Enum):
    READ = enum.auto()
    STORE = enum.auto()
    MUTATE = enum.auto()
    EXPOSE = enum.auto()


@dataclass(frozen=True, slots=True)
class Effects:
    """Names used at all, bound, changed in place, and handed to unknown code that may change them."""

    names: frozenset[str]
    stores: frozenset[str]
    mutated: frozenset[str]
    exposed: frozenset[str]

    @property
    def changed(self) -> frozenset[str]:
        """Names that may mean something else afterwards."""
        return self.stores | self.mutated

    @property
    def unsure(self) -> frozenset[str]:
        """Names whose value may differ afterwards, if only because somebody else had it in hand."""
        return self.stores | self.mutated | self.exposed


@dataclass(frozen=True, slots=True)
class Record:
    """Every deed of a function with the place (in source order) of the node that does it."""

    places: tuple[int, ...]
    deeds: tuple[tuple[_Deed, str], ...]

    def of(self, ranges: Sequence[tuple[int, int]]) -> Effects:
        """The effects of the nodes in half-open ranges of places."""
        kinds: dict[_Deed, set[str]] = {deed: set() for deed in _Deed}
        for first, last in ranges:
            low, high = bisect.bisect_left(self.places, first), bisect.bisect_left(self.places, last)
            for deed, name in self.deeds[low:high]:
                kinds[deed].add(name)
        stores, mutated, exposed = kinds[_Deed.STORE], kinds[_Deed.MUTATE], kinds[_Deed.EXPOSE]
        names = kinds[_Deed.READ] | stores | mutated | exposed
        return Effects(frozenset(names), frozenset(stores), frozenset(mutated), frozenset(exposed))


def effects_of(order: Sequence[cst.CSTNode]) -> Record:
    """Read the deeds off all nodes of a function, given in source order."""
    labels = {label for node in order for label in _labels(node)}
    bound = {name: owner for node in order for name, owner in _bound(node)}
    places: list[int] = []
    deeds: list[tuple[_Deed, str]] = []
    for place, node in enumerate(order):
        if node not in labels:
            for deed in _deeds(node, bound):
                places.append(place)
                deeds.append(deed)
    return Record(tuple(places), tuple(deeds))


def root_name(node: cst.CSTNode) -> str | None:
    """``a`` for ``a``, ``a.b``, ``a[i].c``; None for anything that does not start with a name."""
    while isinstance(node, cst.Attribute | cst.Subscript):
        node = node.value
    return node.value if isinstance(node, cst.Name) else None


def _labels(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Name nodes below this one that name no variable."""
    if isinstance(node, cst.Attribute):
        yield node.attr
    elif isinstance(node, cst.Arg | cst.MatchKeywordElement) and isinstance(
        label := node.keyword if isinstance(node, cst.Arg) else node.key, cst.Name
    ):
        yield label


def _bound(node: cst.CSTNode) -> Iterator[tuple[str, str]]:
    """A name for a method that changes its object, as in ``push = stack.append``, and that object's name."""
    if isinstance(node, cst.Assign | cst.NamedExpr) and isinstance(node.value, cst.Attribute):
        owner, method = root_name(node.value.value), node.value.attr.value
        targets = [each.target for each in node.targets] if isinstance(node, cst.Assign) else [node.target]
        for target in targets:
            if owner and method in MUTATORS and isinstance(target, cst.Name):
                yield target.value, owner


def _deeds(node: cst.CSTNode, bound: Mapping[str, str]) -> Iterator[tuple[_Deed, str]]:
    if isinstance(node, cst.Name):
        yield _Deed.READ, node.value
        if node.value in bound:  # whoever has it in hand can call it
            yield _Deed.MUTATE, bound[node.value]
    elif isinstance(node, cst.Call):
        yield from _calling(node)
    else:
        for target in _targets(node):
            yield from _storing(target)


def _targets(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What a node binds or deletes."""
    match node:
        case cst.AssignTarget() | cst.AnnAssign() | cst.AugAssign() | cst.NamedExpr() | cst.Del():
            yield node.target
        case cst.For() | cst.CompFor():
            yield node.target
        case cst.FunctionDef() | cst.ClassDef() | cst.Param() | cst.AsName() | cst.NameItem():
            yield node.name
        case cst.ImportAlias(asname=None):
            yield cst.Name(root_name(node.name) or "_")
        case cst.MatchAs(name=cst.Name() as name) | cst.MatchStar(name=cst.Name() as name):
            yield name
        case cst.MatchMapping(rest=cst.Name() as name):
            yield name
        case _:
            pass


def _storing(target: cst.CSTNode) -> Iterator[tuple[_Deed, str]]:
    if isinstance(target, cst.Name):
        yield _Deed.STORE, target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _storing(element.value)
    elif isinstance(target, cst.Attribute | cst.Subscript) and (name := root_name(target)):
        yield _Deed.MUTATE, name


def _calling(call: cst.Call) -> Iterator[tuple[_Deed, str]]:
    function = call.func
    known = isinstance(function, cst.Name) and function.value in PURE_BUILTINS
    if isinstance(function, cst.Attribute):
        owner, method = root_name(function.value), function.attr.value
        if owner and method in MUTATORS:
            yield _Deed.MUTATE, owner
        elif owner and method not in PURE_METHODS and owner not in PURE_MODULES:
            yield _Deed.EXPOSE, owner
        known = method in PURE_METHODS or method in MUTATORS or owner in PURE_MODULES
    if not known:
        for argument in call.args:
            if name := root_name(argument.value):
                yield _Deed.EXPOSE, name
