"""Every rule lets a function alone where its change would be wrong, or where there is nothing to gain."""

import pytest

from tests.core.propose.rewriting import RULES, rewritten

REFUSED = {
    "membership_set: the list changes in the loop by unknown hands": (
        "membership_set",
        """
        def f(items, known):
            for item in items:
                if item in known:
                    learn(known, item)
        """,
    ),
    "membership_set: the list changes in the loop by another name": (
        "membership_set",
        """
        def f(items):
            known = []
            learn = known.append
            for item in items:
                if item not in known:
                    learn(item)
            return known
        """,
    ),
    "membership_set: a table is no list": (
        "membership_set",
        """
        def f(items, known: dict[str, int]):
            return [item for item in items if item in known]
        """,
    ),
    "membership_set: asked only once": ("membership_set", "def f(items, x):\n    return x in items"),
    "count_index_table: the list changes in the loop": (
        "count_index_table",
        """
        def f(items):
            while items:
                items.pop(items.index(max(items)))
        """,
    ),
    "prefix_sum: the list changes in the loop": (
        "prefix_sum",
        """
        def f(items):
            for i in range(9):
                items[i] = sum(items[:i])
        """,
    ),
    "pair_search_dict: the total depends on the loop": (
        "pair_search_dict",
        """
        def f(a):
            for i in range(len(a)):
                for k in range(i + 1, len(a)):
                    if a[i] + a[k] == k:
                        return i
        """,
    ),
    "memoize_recursion: one call is no repetition": (
        "memoize_recursion",
        "def f(n):\n    return 1 if n < 2 else n * f(n - 1)",
    ),
    "memoize_recursion: it changes its argument": (
        "memoize_recursion",
        "def f(a, n):\n    a.append(n)\n    return f(a, n - 1) + f(a, n - 2)",
    ),
    "memoize_recursion: a parameter hides the module": (
        "memoize_recursion",
        "def f(n, functools):\n    return f(n - 1, 0) + f(n - 2, 0)",
    ),
    "memoize_recursion: a method": (
        "memoize_recursion",
        "def f(self, n):\n    return f(self, n - 1) + f(self, n - 2)",
    ),
    "memoize_recursion: lists cannot be hashed": (
        "memoize_recursion",
        "def f(a: list[int], n):\n    return f(a, n - 1) + f(a, n - 2)",
    ),
    "str_join: the loop reads the text": (
        "str_join",
        """
        def f(words):
            text = ""
            for word in words:
                text += word
                print(len(text))
            return text
        """,
    ),
    "sqrt_bound: there is a root already": (
        "sqrt_bound",
        "def f(n):\n    return [i for i in range(1, int(math.sqrt(n))) if n % i == 0]",
    ),
    "stdlib_equivalent: not Euclid": (
        "stdlib_equivalent",
        "def f(a, b):\n    while b:\n        a, b = b, b % a\n    return a",
    ),
    "deque: slices": (
        "deque",
        "def f(a):\n    while a:\n        a.pop(0)\n        print(a[1:])",
    ),
    "deque: one shift is cheap": ("deque", "def f(a):\n    return a.pop(0)"),
    "list_concat: not a display": ("list_concat", "def f(a, b):\n    a = a + b\n    return a"),
    "flatten_chain: a start": ("flatten_chain", "def f(rows):\n    return sum(rows, [0])"),
    "sort_in_loop: it grows between sorts": (
        "sort_in_loop",
        "def f(a, xs):\n    for x in xs:\n        a.append(x)\n        a.sort()",
    ),
    "insort: a key": ("insort", "def f(a, x):\n    a.append(x)\n    a.sort(key=len)"),
    "sorted_minmax: the middle": ("sorted_minmax", "def f(a):\n    return sorted(a)[1]"),
    "loop_invariant: the list grows": (
        "loop_invariant",
        "def f(a, xs):\n    for x in xs:\n        a.append(x)\n        print(len(a))",
    ),
    "loop_invariant: unknown hands": (
        "loop_invariant",
        "def f(a, xs):\n    for x in xs:\n        work(a)\n        print(len(a))",
    ),
    "loop_invariant: a new list that is kept": (
        "loop_invariant",
        "def f(a, b, xs):\n    for x in xs:\n        b.append(list(a))\n    return b",
    ),
    "loop_invariant: guarded by a condition": (
        "loop_invariant",
        "def f(a, b, xs):\n    for x in xs:\n        if b:\n            print(a / b)",
    ),
    "row_alias: rows are exchanged": (
        "row_alias",
        "def f(t, i):\n    for k in range(9):\n        t[i][k] = 0\n        t[i] = [1]",
    ),
    "early_break: the variable is used afterwards": (
        "early_break",
        "def f(a):\n    for x in a:\n        if x:\n            found = True\n    return x, found",
    ),
    "early_break: the loop does more": (
        "early_break",
        "def f(a):\n    for x in a:\n        go(x)\n        if x:\n            y = True\n    return y",
    ),
    "bind_local: bound in the loop": ("bind_local", "def f(a):\n    for x in a:\n        x.close()"),
    "numeric_ops: a parameter hides the module": (
        "numeric_ops",
        "def f(n, math):\n    return int(math.sqrt(n))",
    ),
    "numeric_ops: nothing to gain": ("numeric_ops", "def f(n):\n    return (n + 1) ** 3"),
    "minmax_inline: a call would run twice": ("minmax_inline", "def f(a):\n    return max(next(a), 1)"),
    "cse: the statement changes the list": (
        "cse",
        "def f(a):\n    return a.pop() + len(a) + a.pop() + len(a)",
    ),
    "cse: only under a condition": (
        "cse",
        "def f(a):\n    return not a or (a[0] > 1 and a[0] < 9)",
    ),
    "hoist_constant: it is handed out": ("hoist_constant", "def f():\n    table = [1, 2]\n    return table"),
    "hoist_constant: it changes": (
        "hoist_constant",
        "def f(x):\n    table = [1, 2]\n    table.append(x)\n    return table[0]",
    ),
    "dict_get: two tables": (
        "dict_get",
        "def f(a, b, k):\n    if k in a:\n        a[k] += 1\n    else:\n        b[k] = 1",
    ),
    "append_comprehension: the loop reads what it fills": (
        "append_comprehension",
        "def f(xs):\n    a = []\n    for x in xs:\n        if x not in a:\n            a.append(x)",
    ),
    "append_comprehension: a list is no table": (
        "append_comprehension",
        "def f(a):\n    for i in range(3):\n        a[i] = 0",
    ),
    "append_comprehension: the variable is used afterwards": (
        "append_comprehension",
        "def f(xs):\n    a = []\n    for x in xs:\n        a.append(x)\n    return a, x",
    ),
    "append_comprehension: await": (
        "append_comprehension",
        "async def f(xs):\n    a = []\n    for x in xs:\n        a.append(await x)\n    return a",
    ),
    "builtin_reduce: text": (
        "builtin_reduce",
        'def f(xs):\n    s = ""\n    for x in xs:\n        s += x\n    return s',
    ),
    "builtin_reduce: a name hides sum()": (
        "builtin_reduce",
        "def f(xs):\n    sum = 0\n    for x in xs:\n        sum += x\n    return sum",
    ),
    "genexp_list: any() stops early": ("genexp_list", "def f(xs):\n    return any(x for x in xs)"),
    "any_to_loop: the variable would be overwritten": (
        "any_to_loop",
        "def f(x, xs):\n    return any(x for x in xs)",
    ),
    "slice_assign: a new list for each": (
        "slice_assign",
        "def f(a):\n    for i in range(9):\n        a[i] = []",
    ),
    "copy_removal: the copy is changed": (
        "copy_removal",
        "def f(a):\n    b = list(a)\n    b.sort()\n    return b",
    ),
    "copy_removal: the original changes meanwhile": (
        "copy_removal",
        "def f(a):\n    for x in list(a):\n        a.remove(x)",
    ),
    "range_len: the list is written": (
        "range_len",
        "def f(a):\n    for i in range(len(a)):\n        a[i] = a[i] + 1",
    ),
    "dict_items: the table is written": (
        "dict_items",
        "def f(t):\n    for k in t:\n        t[k] = t[k] + 1",
    ),
    "while_to_for: continue skips the counting": (
        "while_to_for",
        "def f(n):\n    i = 0\n    while i < n:\n        if work(i):\n            continue\n        i += 1",
    ),
    "while_to_for: the counter is used afterwards": (
        "while_to_for",
        "def f(n):\n    i = 0\n    while i < n:\n        work()\n        i += 1\n    return i",
    ),
    "while_to_for: the limit moves": (
        "while_to_for",
        "def f(a):\n    i = 0\n    while i < len(a):\n        a.pop()\n        i += 1",
    ),
    "tail_recursion: the call is not the last thing": (
        "tail_recursion",
        "def f(n):\n    if n:\n        return n * f(n - 1)\n    return 1",
    ),
    "tail_recursion: decorated": ("tail_recursion", "@traced\ndef f(n):\n    return f(n - 1)"),
    "tail_recursion: text over several lines": (
        "tail_recursion",
        'def f(n):\n    s = """a\n    b"""\n    return f(n - 1)',
    ),
    "string_api: different texts": (
        "string_api",
        "def f(a, b):\n    return a.startswith('x') or b.startswith('y')",
    ),
    "tuple_swap: the third name is used again": (
        "tuple_swap",
        "def f(a, b):\n    t = a\n    a = b\n    b = t\n    return a, b, t",
    ),
}


@pytest.mark.parametrize(("rule", "source"), REFUSED.values(), ids=REFUSED)
def test_the_rule_steps_back(rule: str, source: str) -> None:
    assert rewritten(rule, source) == []


def test_every_rule_has_a_case_here() -> None:
    assert {rule for rule, _ in REFUSED.values()} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_function_without_anything_to_improve_is_left_alone(rule: str) -> None:
    assert (
        rewritten(
            rule, 'def f(x: int = 2**2) -> "list(map(lambda x: x))":\n    """x in [1, 2]"""\n    return x'
        )
        == []
    )
