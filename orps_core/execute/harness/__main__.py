"""Start the harness under a name of its own, so that no module of the project can be mistaken for ours."""

from __future__ import annotations

import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NAME = "_orps_harness"


def main() -> None:
    # Run as a folder, Python puts that folder first on the path: our modules would shadow the project's.
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != HERE]
    spec = importlib.util.spec_from_file_location(
        NAME, os.path.join(HERE, "__init__.py"), submodule_search_locations=[HERE]
    )
    if spec is None or spec.loader is None:
        raise SystemExit("the harness is incomplete: " + HERE)
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    keeper = importlib.import_module(NAME + ".keeper")
    sys.exit(keeper.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
