"""Stockroom over HTTP, on a real socket."""

import threading
import unittest
from http.server import ThreadingHTTPServer

from stockroom.probe import ask
from stockroom.server import Handler


class ServerTest(unittest.TestCase):
    """What a client sees."""

    def setUp(self) -> None:
        """Serve on a free port."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)
        self.root = f"http://127.0.0.1:{self.server.server_port}"

    def test_is_healthy(self) -> None:
        self.assertEqual(ask(f"{self.root}/health"), (200, "ok\n"))

    def test_serves_one_page(self) -> None:
        status, text = ask(f"{self.root}/customers/3/orders?page=2")
        self.assertEqual((status, text.splitlines()[0][:11]), (200, "page 2 of 3"))

    def test_serves_the_last_page(self) -> None:
        self.assertIn("page 3 of 3", ask(f"{self.root}/customers/3/orders?page=last")[1])

    def test_refuses_a_page_that_is_not_there(self) -> None:
        self.assertEqual(ask(f"{self.root}/customers/3/orders?page=4")[0], 404)
