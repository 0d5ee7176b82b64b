"""`python -m relauto.hub ROOT [--port N]`: the hub in a process of its own."""

import argparse
import sys
from pathlib import Path

from relauto.hub.server import Hub, describe


def main() -> int:
    """Serve until interrupted; the first line on stdout tells the address as JSON."""
    parser = argparse.ArgumentParser(prog="python -m relauto.hub", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    with Hub(arguments.root, port=arguments.port) as hub:
        sys.stdout.write(describe(hub).decode() + "\n")
        sys.stdout.flush()
        try:
            hub.wait()
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
