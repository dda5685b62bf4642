from orps_core.execute.harness.forgetting import Slate
from tests.core.harness.made import module_of


class Looking:
    """Looks into a namespace at the moment in which that lets go of it."""

    def __init__(self, names: dict[str, object], seen: list[bool]) -> None:
        self._names = names
        self._seen = seen

    def __del__(self) -> None:
        self._seen.append({"f", "__builtins__"} <= set(self._names))


def test_a_module_that_is_put_back_is_never_without_its_names() -> None:
    module = module_of("x = y = None\ndef f():\n    return x")
    slate, seen = Slate(module), list[bool]()
    names = module.__dict__
    del names["y"]
    names["x"], names["z"] = Looking(names, seen), Looking(names, seen)
    assert slate.learn()
    slate.wipe()
    assert seen == [True, True]
    assert (names["x"], names["y"], "z" in names) == (None, None, False)
