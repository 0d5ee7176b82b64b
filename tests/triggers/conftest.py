"""The small product of the engine's tests, with its people, as far as its story has come."""

from tests.engine.conftest import _hermetic, at, worlds

__all__ = ["_hermetic", "at", "worlds"]
