"""Edit documents at random against an independent model of them, with applies in between, over stdio.

Usage: python tests/bench/server_editing.py [SEQUENCES] [SEED]
Every sequence is a document of its own: opened, edited 5 to 30 times (incrementally, several changes at once,
as a whole, undone, redone), applied to, closed. In each of the three position encodings.
"""

import sys
import time
from collections import Counter

from tests.server.fuzz import ENCODINGS, Author, session


def main(sequences: int, seed: int) -> int:
    for number, encoding in enumerate(ENCODINGS):
        began, counts = time.monotonic(), Counter[str]()
        with session(encoding) as editor:
            for sequence in range(sequences // len(ENCODINGS)):
                author = Author(editor, encoding, seed=f"{seed}/{number}/{sequence}")
                author.write()
                counts.update(edits=author.edits, applied=author.applied, refused=author.refused)
        print(
            f"{encoding}: {sequences // len(ENCODINGS)} sequences, {counts['edits']} edits,"
            f" {counts['applied']} applied, {counts['refused']} refused, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*given, *[30_000, 1][len(given) :]))
