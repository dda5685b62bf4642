"""NumPy's arrays, where the project has NumPy: what counts is what a caller can see in them."""

import pytest

from orps_core.execute.harness.differing import Agreement, first_difference
from orps_core.execute.harness.recording import Call, resolve
from tests.core.harness.made import module_of

numpy = pytest.importorskip("numpy")


def compared(one: str, other: str, argument: object) -> Agreement:
    ours, theirs = (
        resolve(module_of(f"import numpy as np\ndef f(a):\n    {body}\n"), "f") for body in (one, other)
    )
    return first_difference(ours, theirs, [Call((argument,), {})], lambda value: value)


SQUARE = [[3.0, 1.0], [2.0, -0.5]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("return a + a", "return 2 * a", True),
        ("return a.sum()", "return np.add.reduce(a.ravel())", True),
        ("return a * 0.1 * 3", "return a * (0.1 * 3)", True),
        ("return a.astype('float32')", "return a", False),
        ("return a.astype('float32').sum()", "return np.float32(a.sum())", True),
        ("return a.ravel()", "return a.reshape(1, -1)", False),
        ("return np.asfortranarray(a) + 0", "return np.ascontiguousarray(a) + 0", True),
        ("return a.T", "return a.T.copy()", False),
        ("return a[:1]", "return a[:1].copy()", False),
        ("return a.copy()", "return np.array(a)", True),
        ("return a", "return a.copy()", False),
        ("a.sort(); return 1", "np.sort(a); return 1", False),
        ("return np.array([0.0])", "return np.array([-0.0])", False),
        ("return np.array([np.nan])", "return np.array([float('nan')])", True),
        ("return a.max()", "return float(a.max())", False),
        ("return list(a[0])", "return a[0].tolist()", False),
        ("return a > 1", "return ~(a <= 1)", True),
        ("return np.array([1, 2])", "return np.array([1, 3])", False),
        ("return np.array([1, [2]], dtype=object)", "return np.array([1, [3]], dtype=object)", False),
        ("b = a.copy(); b.flags.writeable = False; return b", "return a.copy()", False),
    ],
)
def test_an_array_is_its_type_shape_values_and_memory(one: str, other: str, *, same: bool) -> None:
    found = compared(one, other, numpy.array(SQUARE))
    assert (found.agree, len(found.differ)) == ((1, 0) if same else (0, 1)), found


def test_a_view_is_called_one() -> None:
    found = compared("return a[:1]", "return a[:1].copy()", numpy.array(SQUARE))
    assert found.differ[0][1:] == ("returns a view of its argument 1", "returns a new object")
