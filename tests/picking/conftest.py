"""The clones of the tests of git, to pick in."""

from tests.git.conftest import _hermetic, bare, clone, committer, make_clone, open_repository, repository

__all__ = ["_hermetic", "bare", "clone", "committer", "make_clone", "open_repository", "repository"]
