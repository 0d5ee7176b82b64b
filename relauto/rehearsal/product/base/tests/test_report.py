"""Orders as text."""

import unittest

from stockroom.report import overview


class OverviewTest(unittest.TestCase):
    """What the terminal shows."""

    def test_tells_how_many_orders_there_are(self) -> None:
        self.assertIn("25 orders on 3 pages", overview(3))

    def test_tells_that_there_are_none(self) -> None:
        self.assertIn("no orders", overview(5))
