"""``python -m orps_core`` is ``orps``."""

import sys

from .cli import main

sys.exit(main())
