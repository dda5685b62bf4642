"""Imports and helpers of a candidate go where a careful person would put them."""

import pytest
from inline_snapshot import snapshot

from orps_core.domain.candidate import Candidate
from orps_core.source.splicing import splice
from orps_core.source.targets import cut

F = "def f(x):\n    return x\n"


def head(
    before: str, *imports: str, helpers: tuple[str, ...] = (), name: str = "f", function: str = F
) -> str:
    """What stands before the last two lines after the imports went in."""
    target = cut("a.py", before + function, name)
    candidate = Candidate(source=target.source, imports=imports, helpers=helpers, rationale="", author="me")
    text = splice(target, candidate).text
    assert text.endswith(target.text + "\n")
    return text.removesuffix("\n").removesuffix(target.text)


def test_in_a_file_with_nothing_above() -> None:
    assert head("", "import math") == "import math\n\n\n"


def test_below_the_docstring() -> None:
    assert head('"""Doc.\n\nMore."""\n\n\n', "import math") == '"""Doc.\n\nMore."""\n\nimport math\n\n\n'
    assert head('"""Doc."""\n', "import math") == '"""Doc."""\n\nimport math\n\n\n'


def test_below_shebang_coding_and_docstring() -> None:
    start = '#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n"""Doc."""\n'
    assert head(start, "import math") == start + "\nimport math\n\n\n"


def test_below_shebang_and_coding_alone() -> None:
    start = "#!/usr/bin/env python\n# coding: utf-8\n"
    assert head(start, "import math") == start + "\nimport math\n\n\n"


def test_a_comment_stays_with_the_function_below_it() -> None:
    assert head("# About f.\n", "import math") == "import math\n\n\n# About f.\n"
    assert head("# Licence.\n\n# About f.\n", "import math") == "# Licence.\n\nimport math\n\n\n# About f.\n"


def test_after_the_future() -> None:
    future = "from __future__ import annotations\n"
    assert head(future + "\n\n", "import math") == future + "\nimport math\n\n\n"
    assert (
        head(future + "\nimport numpy\n\n\n", "import math") == future + "\nimport math\n\nimport numpy\n\n\n"
    )
    assert head(future + "import numpy\n", "import math") == future + "\nimport math\n\nimport numpy\n"


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("import abc", 0),
        ("import math", 1),
        ("import sys", 2),
        ("import zlib", 3),
        ("from itertools import chain", 3),
    ],
)
def test_among_the_imports_of_the_standard_library_by_name(wanted: str, place: int) -> None:
    lines = [
        "import asyncio",
        "import os",
        "import string",
        "",
        "import numpy as np",
        "from scipy import stats",
    ]
    if wanted == "import sys":
        place = 3
    expected = [*lines[:place], wanted, *lines[place:], "", "", ""]
    assert head("\n".join(lines) + "\n\n\n", wanted) == "\n".join(expected)


def test_before_a_group_of_other_packages() -> None:
    assert head("import numpy\n\n\n", "import math") == "import math\n\nimport numpy\n\n\n"
    assert head("from . import a\n\n\n", "import numpy") == "import numpy\n\nfrom . import a\n\n\n"
    assert head("import os\n\nfrom . import a\n\n\n", "import numpy") == snapshot(
        "import os\n\nimport numpy\n\nfrom . import a\n\n\n"
    )


def test_comments_at_an_import_stay_with_it_and_those_of_the_file_stay_first() -> None:
    assert (
        head("import abc\n# fast\nimport os\n", "import math")
        == "import abc\nimport math\n# fast\nimport os\n"
    )
    assert (
        head("#!/usr/bin/python\nimport os\n", "import math") == "#!/usr/bin/python\nimport math\nimport os\n"
    )


def test_never_inside_a_line_of_several_statements() -> None:
    assert head("import abc; import os\n", "import math") == "import abc; import os\nimport math\n"
    assert head("x = 1; import os\n", "import math") == "x = 1; import os\nimport math\n"
    assert (
        head("import os; s = '''\n'''; y = 2\n", "import re") == "import os; s = '''\n'''; y = 2\nimport re\n"
    )
    assert head('"""Doc."""; x = 1\n\n\n', "import re") == '"""Doc."""; x = 1\n\nimport re\n\n\n'


@pytest.mark.parametrize(
    "present",
    [
        "import math\n",
        "import math, os\n",
        "import os; import math\n",
        "import math.nothing\n",
        "import   math  # twice\n",
    ],
)
def test_what_is_there_is_not_imported_again(present: str) -> None:
    assert head(present, "import math") == present


def test_names_of_one_module_are_found_in_any_statement_about_it() -> None:
    start = "from itertools import (\n    accumulate,\n    chain,\n)\n"
    assert head(start, "from itertools import chain") == start
    assert head(start, "from itertools import chain as c") != start
    assert head("import numpy as np\n", "import numpy") == "import numpy as np\nimport numpy\n"


def test_several_imports_are_each_put_in_their_place() -> None:
    assert head("import os\n\nimport numpy\n", "import sys", "import bisect", "import re") == snapshot(
        "import bisect\nimport os\nimport re\nimport sys\n\nimport numpy\n"
    )


def test_the_edits_of_a_crlf_document_are_crlf() -> None:
    target = cut("a.py", "import os\r\n\r\n\r\ndef f(x):\r\n    return x\r\n", "f")
    candidate = Candidate(
        source="def f(x):\n    y = x\n    return y",
        imports=("import re",),
        helpers=("A = 1",),
        rationale="",
        author="me",
    )
    assert splice(target, candidate).text == snapshot("""\
import os\r
import re\r
\r
\r
A = 1\r
\r
\r
def f(x):\r
    y = x\r
    return y\r
""")


@pytest.mark.parametrize(
    ("above", "name", "function"),
    [
        ("", "f", F),
        ("# About f.\n# More.\n", "f", F),
        ("", "f", "@deco\n" + F),
        ("class A:\n    x = 1\n\n", "A.f", "    def f(self):\n        return 1\n"),
        ("# About A.\n@deco\nclass A:\n", "A.f", "    def f(self):\n        return 1\n"),
        ("if x:\n", "f", "    def f(x):\n        return 1\n"),
        ("def outer():\n", "outer.f", "    def f(x):\n        return 1\n"),
    ],
)
def test_a_helper_goes_before_the_statement_that_holds_the_function(
    above: str, name: str, function: str
) -> None:
    start = "import os\n\ny = 1  # not about f\n"
    found = head(
        start + above, helpers=("TABLE = {1: 2}", "def g():\n    pass"), name=name, function=function
    )
    indent = " " * (len(function) - len(function.lstrip(" ")))
    assert found == start + "TABLE = {1: 2}\n\n\ndef g():\n    pass\n\n\n" + above + indent


def test_imports_come_before_helpers_that_use_them() -> None:
    assert head("", "import math", helpers=("A = math.pi",)) == "import math\n\n\nA = math.pi\n\n\n"


def test_lines_that_were_kept_keep_what_cutting_cannot_show() -> None:
    text = """\
class A:
    def f(self):
        s = '''
    foo
foo
        '''
# margin
        x = (1,
2)
        return s
"""
    target = cut("a.py", text, "A.f")
    changed = target.source.replace("return s", "return s + 'é'")
    candidate = Candidate(source=changed, rationale="", author="me")
    assert splice(target, candidate).text == text.replace("return s", "return s + 'é'")


def test_a_new_line_that_looks_like_old_text_is_still_indented() -> None:
    text = """\
class A:
    class B:
        def f(self):
            s = '''
    y = 1
'''
            return s
"""
    target = cut("a.py", text, "A.B.f")
    candidate = Candidate(
        source="def f(self):\n    s = 2\n    y = 1\n    return s", rationale="", author="me"
    )
    assert splice(target, candidate).text == snapshot("""\
class A:
    class B:
        def f(self):
            s = 2
            y = 1
            return s
""")


def test_mixed_line_ends_stay_mixed() -> None:
    target = cut("a.py", "def f(x):\r\n    y = 1\n    return x\r\n", "f")
    candidate = Candidate(source="def f(x):\n    y = 1\n    z = 2\n    return x", rationale="", author="me")
    assert splice(target, candidate).text == "def f(x):\r\n    y = 1\n    z = 2\r\n    return x\r\n"
