"""`python3 docker/bare`: see `commands`."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # so that this folder is the package `bare`

if sys.version_info < (3, 11):  # noqa: UP036 - this is what tells the person
    sys.exit(f"waimai-bridge needs Python 3.11 or newer, this is {sys.version.split()[0]}")

if __name__ == "__main__":
    from bare.commands import main

    sys.exit(main())
