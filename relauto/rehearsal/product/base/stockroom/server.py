"""Stockroom over HTTP: plain text, one customer or item per address."""

import sys
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from stockroom.pages import PAGE_SIZE, page
from stockroom.report import overview, sheet
from stockroom.store import UnknownError, level, orders_of


def one_page(customer: int, wanted: str) -> str:
    """Return one page of a customer's orders; `wanted` is a number or `last`."""
    orders = orders_of(customer)
    last = len(orders) // PAGE_SIZE + 1
    number = last if wanted == "last" else int(wanted)
    if not 1 <= number <= last:
        raise UnknownError(f"there is no page {number} of {last}")
    return "\n".join(sheet(page(orders, number), last)) + "\n"


def answer(address: str) -> str:
    """Return the text at an address such as `/customers/3/orders?page=2`."""
    parts = urlsplit(address)
    match parts.path.strip("/").split("/"):
        case ["health"]:
            return "ok\n"
        case ["items", item]:
            return f"{item}: {level(item)} in stock\n"
        case ["customers", customer, "orders"] if customer.isdecimal():
            wanted = parse_qs(parts.query).get("page")
            return one_page(int(customer), wanted[0]) if wanted else overview(int(customer))
    raise UnknownError(f"there is nothing at {parts.path}")


class Handler(BaseHTTPRequestHandler):
    """Answers GET."""

    def do_GET(self) -> None:
        """Answer with the text, or say what went wrong."""
        try:
            status, text = HTTPStatus.OK, answer(self.path)
        except UnknownError as error:
            status, text = HTTPStatus.NOT_FOUND, f"{error}\n"
        except Exception:  # noqa: BLE001 - one request that fails must not take the server down
            traceback.print_exc(file=sys.stderr)
            status, text = HTTPStatus.INTERNAL_SERVER_ERROR, "stockroom cannot answer\n"
        self.reply(status, text.encode())

    def reply(self, status: HTTPStatus, body: bytes) -> None:
        """Send one answer."""
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the terminal for faults."""


def serve(port: int) -> None:
    """Serve on the loopback interface until interrupted; says its address first."""
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
