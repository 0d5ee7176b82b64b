"""How a list of orders is cut into pages."""

from dataclasses import dataclass

from stockroom.store import Order

PAGE_SIZE = 10


@dataclass(frozen=True)
class Page:
    """One page of orders; the first has the number 1."""

    number: int
    orders: list[Order]


def page_count(total: int) -> int:
    """Return how many pages `total` orders take."""
    return total // PAGE_SIZE + 1


def page(orders: list[Order], number: int) -> Page:
    """Return one page of the orders."""
    return Page(number, orders[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])


def cut(orders: list[Order]) -> list[Page]:
    """Return all pages of the orders."""
    return [page(orders, number) for number in range(1, page_count(len(orders)) + 1)]
