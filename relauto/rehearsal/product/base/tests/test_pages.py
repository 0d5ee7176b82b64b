"""How orders are cut into pages."""

import unittest

from stockroom.pages import PAGE_SIZE, cut, page
from stockroom.store import orders_of


class PagesTest(unittest.TestCase):
    """Every order is on one page, and no page holds more than it should."""

    def test_every_order_is_on_one_page(self) -> None:
        orders = orders_of(3)
        self.assertEqual([order for sheet in cut(orders) for order in sheet.orders], orders)

    def test_the_last_page_holds_the_rest(self) -> None:
        self.assertEqual([len(sheet.orders) for sheet in cut(orders_of(3))], [PAGE_SIZE, PAGE_SIZE, 5])

    def test_pages_are_numbered_from_one(self) -> None:
        self.assertEqual(page(orders_of(3), 1).orders, orders_of(3)[:PAGE_SIZE])
