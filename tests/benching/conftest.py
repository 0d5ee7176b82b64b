"""The git of the tests of git, which knows nothing of this machine."""

from tests.git.conftest import _hermetic

__all__ = ["_hermetic"]
