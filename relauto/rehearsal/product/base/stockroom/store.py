"""What the warehouse holds and what its customers ordered."""

from dataclasses import dataclass
from datetime import date, timedelta

ITEMS = {"KETTLE-2": 14, "LAMP-9": 3, "SHELF-40": 0, "TRAY-1": 260}
CUSTOMERS = {3: "Harbour Street Cafe", 5: "Old Mill Bakery", 7: "Northgate Clinics"}
ORDERS_PLACED = {3: 25, 5: 0, 7: 20}
OPENING_DAY = date(2024, 1, 8)


class UnknownError(LookupError):
    """There is no such customer or item."""


@dataclass(frozen=True)
class Order:
    """One order of one customer."""

    number: int
    item: str
    pieces: int
    placed: date


def customer_name(customer: int) -> str:
    """Return the customer's name."""
    if customer not in CUSTOMERS:
        raise UnknownError(f"there is no customer {customer}")
    return CUSTOMERS[customer]


def orders_of(customer: int) -> list[Order]:
    """Return the customer's orders, newest first."""
    names = sorted(ITEMS)
    placed = [
        Order(
            number=customer * 1000 + count,
            item=names[(customer + count) % len(names)],
            pieces=1 + (customer * count) % 12,
            placed=OPENING_DAY + timedelta(days=3 * count),
        )
        for count in range(ORDERS_PLACED.get(customer, 0))
    ]
    return placed[::-1]


def level(item: str) -> int:
    """Return how many pieces of the item are in stock."""
    if item not in ITEMS:
        raise UnknownError(f"there is no item {item}")
    return ITEMS[item]
