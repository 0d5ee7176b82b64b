"""Stockroom keeps the stock and the orders of a small warehouse."""

__version__ = "1.3.0"
