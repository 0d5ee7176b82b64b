import pytest

from relauto.errors import InputError
from relauto.github.markers import mark, write_marker

KEY = "INC-7f3k:qa:v5.35.4-rc1"


def test_a_marker_is_added_once():
    once = mark(KEY, "- [ ] one")
    assert mark(KEY, once) == once == f"- [ ] one\n\n<!-- relauto:{KEY} -->\n"


@pytest.mark.parametrize("key", ["", "a b", "a-->b", "a--b", "-a", "a\nb"])
def test_a_key_that_would_end_the_marker_is_refused(key):
    with pytest.raises(InputError):
        write_marker(key)
