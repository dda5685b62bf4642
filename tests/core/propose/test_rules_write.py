"""What the rules write beyond the examples of docs/rules.md, which are tests as well."""

from tests.core.propose.rewriting import code, rewrites, rewritten


def test_a_constant_list_becomes_a_set_display() -> None:
    assert rewritten("membership_set", 'def f(x):\n    return x in ["a", "b"]  # vowels') == [
        'def f(x):\n    return x in {"a", "b"}  # vowels'
    ]


def test_a_list_inside_a_table_is_looked_up_in_a_set_made_before_the_comprehension() -> None:
    assert rewritten("membership_set", 'def f(d, xs):\n    return [x for x in xs if x not in d["k"]]') == [
        'def f(d, xs):\n    lookup_set = set(d["k"])\n    return [x for x in xs if x not in lookup_set]'
    ]


def test_a_set_is_made_before_the_outermost_loop_in_which_the_list_stays_below_leading_comments() -> None:
    source = """
        def f(rows, known):
            # count them
            for row in rows:
                for x in row:
                    if x in known:
                        yield x
        """
    expected = """
        def f(rows, known):
            # count them
            known_set = set(known)
            for row in rows:
                for x in row:
                    if x in known_set:
                        yield x
        """
    # While a generator waits, somebody else may change the list: refused.
    assert rewritten("membership_set", source) == []
    assert rewritten("membership_set", source.replace("yield x", "count(x)")) == [
        code(expected.replace("yield x", "count(x)"))
    ]


def test_new_names_do_not_clash_with_old_ones() -> None:
    source = "def f(items, items_len):\n    for x in items_len:\n        use(x, len(items))"
    expected = """
        def f(items, items_len):
            items_len2 = len(items)
            for x in items_len:
                use(x, items_len2)
        """
    assert rewritten("loop_invariant", source) == [code(expected)]


def test_tabs_stay_tabs() -> None:
    source = "def f(a, b):\n\tfor x in a:\n\t\tb += x * len(a)\n\treturn b"
    expected = "def f(a, b):\n\ta_len = len(a)\n\tfor x in a:\n\t\tb += x * a_len\n\treturn b"
    assert rewritten("loop_invariant", source) == [expected]


def test_lines_that_a_rule_writes_itself_are_indented_as_the_function_is() -> None:
    source = "def f(n, ps):\n\treturn any(n % p == 0 for p in ps)"
    expected = "def f(n, ps):\n\tfor p in ps:\n\t\tif n % p == 0:\n\t\t\treturn True\n\treturn False"
    assert rewritten("any_to_loop", source) == [expected]


def test_offsets_are_right_beside_letters_of_several_bytes() -> None:
    source = 'def f(größe):\n    """Größe²."""\n    return größe**2 + 1  # größer'
    expected = source.replace("größe**2", "(größe * größe)")
    assert rewritten("numeric_ops", source) == [expected]


def test_comments_inside_a_replaced_loop_move_above_it() -> None:
    source = """
        def f(xs):
            result = []  # all of them
            for x in xs:  # one by one
                # "#" is no comment in "text"
                result.append("#" + x)  # like so
            return result
        """
    expected = """
        def f(xs):
            # all of them
            # one by one
            # "#" is no comment in "text"
            result = ["#" + x for x in xs]  # like so
            return result
        """
    assert rewritten("append_comprehension", source) == [code(expected)]


def test_a_loop_that_only_copies_becomes_one_call() -> None:
    assert rewritten("append_comprehension", "def f(a, b):\n    for x in b:\n        a.append(x)") == [
        "def f(a, b):\n    a.extend(b)"
    ]


def test_an_annotation_of_the_filled_name_stays() -> None:
    source = "def f(xs):\n    a: dict[int, str] = {}\n    for x in xs:\n        a[x] = str(x)\n    return a"
    expected = "def f(xs):\n    a: dict[int, str] = {x: str(x) for x in xs}\n    return a"
    assert rewritten("append_comprehension", source) == [expected]


def test_prepending_text_joins_the_parts_in_reverse() -> None:
    source = (
        'def f(n):\n    s = "0b"\n    while n:\n        s = str(n % 2) + s\n        n //= 2\n    return s'
    )
    expected = """
        def f(n):
            s = "0b"
            s_parts = []
            while n:
                s_parts.append(str(n % 2))
                n //= 2
            s = "".join(reversed(s_parts)) + s
            return s
        """
    assert rewritten("str_join", source) == [code(expected)]


def test_the_same_pattern_is_compiled_once_under_a_name_of_the_function() -> None:
    found = rewrites("hoist_constant", 'def words(text):\n    return re.findall(r"\\w+", text)')
    assert [(one.imports, one.helpers, one.source) for one in found] == [
        (
            ("import re",),
            ('_WORDS_RE = re.compile(r"\\w+")',),
            "def words(text):\n    return _WORDS_RE.findall(text)",
        )
    ]


def test_a_hoisted_table_over_several_lines_moves_to_the_left() -> None:
    source = "def f(x):\n    table = {\n        1: 2,\n        3: 4,\n    }\n    return table[x]"
    found = rewrites("hoist_constant", source)
    assert [(one.helpers, one.source) for one in found] == [
        (("_F_TABLE = {\n    1: 2,\n    3: 4,\n}",), "def f(x):\n    return _F_TABLE[x]")
    ]


def test_a_nested_recursion_is_memoised_where_it_stands() -> None:
    source = "def f(n):\n    def g(k):\n        return g(k - 1) + g(k - 2) if k > 1 else k\n    return g(n)"
    expected = source.replace("    def g", "    @functools.cache\n    def g")
    assert rewritten("memoize_recursion", source) == [expected]


def test_a_tail_call_in_a_conditional_expression_becomes_a_loop() -> None:
    source = "def gcd(a, b):\n    # Euclid\n    return a if b == 0 else gcd(b, a % b)  # tail"
    expected = """
        def gcd(a, b):
            # Euclid
            while True:
                if b == 0:
                    return a
                a, b = b, a % b  # tail
        """
    assert rewritten("tail_recursion", source) == [code(expected)]


def test_a_loop_that_falls_off_the_end_still_returns() -> None:
    source = "def f(n):\n    if n > 0:\n        return f(n - 1)"
    expected = """
        def f(n):
            while True:
                if n > 0:
                    n = n - 1
                    continue
                return None
        """
    assert rewritten("tail_recursion", source) == [code(expected)]


def test_the_greatest_is_found_by_max() -> None:
    source = """
        def f(a, best):
            for x in a:
                if x > best:
                    best = x
            return best
        """
    expected = "def f(a, best):\n    best = max(best, max(a, default=best))\n    return best"
    assert rewritten("builtin_reduce", source) == [expected]


def test_a_search_that_answers_true_or_false_is_any() -> None:
    source = "def f(a):\n    for x in a:\n        if x < 0:\n            return False\n    return True"
    assert rewritten("builtin_reduce", source) == ["def f(a):\n    return not any(x < 0 for x in a)"]


def test_counting_is_exact_but_adding_numbers_is_speculative() -> None:
    source = "def f(a):\n    n = 0\n    for x in a:\n        n += {}\n    return n"
    assert [one.speculative for one in rewrites("builtin_reduce", source.format("1"))] == [False]
    assert [one.speculative for one in rewrites("builtin_reduce", source.format("x"))] == [True]


def test_enumerate_where_the_index_is_needed_too() -> None:
    source = "def f(words):\n    for i in range(len(words)):\n        print(i, words[i])"
    assert rewritten("range_len", source) == [
        "def f(words):\n    for i, word in enumerate(words):\n        print(i, word)"
    ]


def test_a_comprehension_over_indexes_walks_over_items() -> None:
    assert rewritten("range_len", "def f(a):\n    return [a[i] + 1 for i in range(len(a))]") == [
        "def f(a):\n    return [a_item + 1 for a_item in a]"
    ]


def test_the_integer_root_is_exact() -> None:
    found = rewrites("numeric_ops", "def f(n):\n    return int(n ** 0.5) + int(math.sqrt(n))")
    sources = [one.source for one in found]
    assert "def f(n):\n    return math.isqrt(n) + int(math.sqrt(n))" in sources
    assert "def f(n):\n    return int(n ** 0.5) + math.isqrt(n)" in sources
    assert {one.imports for one in found} == {("import math",)}


def test_the_front_of_a_list_parameter_becomes_a_deque_given_back_as_a_list() -> None:
    source = "def f(a):\n    while a:\n        a.pop(0)\n    return a"
    expected = """
        def f(a):
            a = collections.deque(a)
            while a:
                a.popleft()
            return list(a)
        """
    assert rewritten("deque", source) == [code(expected)]


def test_a_step_other_than_one_stays_in_the_range() -> None:
    source = "def f(n):\n    i = 3\n    while i <= n:\n        use(i)\n        i += 2"
    assert rewritten("while_to_for", source) == [
        "def f(n):\n    for i in range(3, n + 1, 2):\n        use(i)"
    ]


def test_a_function_without_a_block_is_rewritten_too() -> None:
    assert rewritten("numeric_ops", "def f(x): return x**2") == ["def f(x): return x * x"]


def test_statements_behind_a_colon_take_no_new_lines() -> None:
    source = "def f(xs, known):\n    if xs: return [x for x in xs if x in known]"
    assert rewritten("membership_set", source) == []
