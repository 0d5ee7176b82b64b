from tests.git.conftest import _hermetic  # noqa: F401
