"""Ways of writing a function, so that drafts made side by side do not come out the same.

The paper opens with twenty templates (Yu et al., arXiv 2412.15118, appendix); these are our own words for
such ways.
"""

STYLES = (
    "plain and readable: the most obvious correct way",
    "fast: the best asymptotic complexity you can reach",
    "lean on the standard library wherever it does the work",
    "as short as it can be while it stays readable",
    "low memory: stream, do not build intermediate collections",
    "iterative: explicit loops and early exits",
    "recursive or divide and conquer",
    "table driven: precompute or look up instead of branching",
    "functional: comprehensions, generators, no reassignment",
    "defensive: name every edge case and handle it first",
    "mathematical: derive a closed form or an invariant and use it",
    "sort first, then a single pass",
    "hash based: sets, dictionaries and counters",
    "dynamic programming or memoisation over repeated work",
    "two pointers or a sliding window",
    "simulate the specification literally, sentence by sentence",
    "work on strings or bytes with their own methods",
    "start from the examples: generalise what they have in common",
    "few allocations: local names, no attribute look-ups in loops",
    "split into small helper functions with telling names",
)


def style(position: int) -> str:
    """The same way again after all of them."""
    return STYLES[position % len(STYLES)]
