"""Orders as text, for the terminal and for the server."""

from stockroom.pages import Page, cut
from stockroom.store import Order, orders_of


def line(order: Order) -> str:
    """Describe one order."""
    return f"  {order.number}  {order.placed}  {order.pieces:3} x {order.item}"


def sheet(page: Page, last: int) -> list[str]:
    """Return one page's lines: a heading with the days it covers, then its orders."""
    newest, oldest = page.orders[0].placed, page.orders[-1].placed
    return [f"page {page.number} of {last}, {oldest} to {newest}", *map(line, page.orders)]


def overview(customer: int) -> str:
    """Return all orders of a customer, page by page."""
    orders = orders_of(customer)
    if not orders:
        return f"customer {customer} has no orders\n"
    pages = cut(orders)
    lines = [f"customer {customer}: {len(orders)} orders on {len(pages)} pages"]
    for page in pages:
        lines += sheet(page, len(pages))
    return "\n".join(lines) + "\n"
