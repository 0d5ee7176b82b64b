"""The command line: `python3 stockroom.pyz --help`."""

import argparse
import sys
from collections.abc import Sequence

from stockroom import __version__
from stockroom.probe import probe
from stockroom.report import overview
from stockroom.server import serve
from stockroom.store import UnknownError, level


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    described = argparse.ArgumentParser(prog="stockroom")
    commands = described.add_subparsers(dest="command", required=True)
    commands.add_parser("version", help="print the version")
    served = commands.add_parser("serve", help="serve over HTTP until interrupted")
    served.add_argument("--port", type=int, default=8080)
    ordered = commands.add_parser("orders", help="list the orders of a customer")
    ordered.add_argument("--customer", type=int, required=True)
    stocked = commands.add_parser("stock", help="print how many pieces of an item there are")
    stocked.add_argument("--item", required=True)
    probed = commands.add_parser("probe", help="start a server, ask it once, stop it")
    probed.add_argument("path")
    return described


def run(options: argparse.Namespace) -> int:
    """Run one command and return its exit status."""
    match options.command:
        case "version":
            print(f"stockroom {__version__}")
        case "serve":
            serve(options.port)
        case "orders":
            print(overview(options.customer), end="")
        case "stock":
            print(f"{options.item}: {level(options.item)} in stock")
        case "probe":
            return probe(options.path)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    try:
        return run(parser().parse_args(arguments))
    except UnknownError as error:
        print(f"stockroom: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
