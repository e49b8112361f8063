"""`python3 docker/bare`: see `commands`."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # so that this folder is the package `bare`

if sys.version_info < (3, 11):
    sys.exit(f"waimai-bridge needs Python 3.11 or newer, this is {sys.version.split()[0]}: apt-get install python3")

from bare.commands import main

if __name__ == "__main__":
    sys.exit(main())
