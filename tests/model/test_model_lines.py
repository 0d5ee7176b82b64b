import pytest

from relauto.model.lines import is_line, sort_lines
from relauto.model.names import Branch


@pytest.mark.parametrize(
    "name",
    [
        "release-1",
        "release-1.4",
        "release/5.35",
        "releases/v2.1",
        "stable-2.17",
        "9.1.x",
        "3.12",
        "v2.1",
        "REL_16_STABLE",
        "maint-3.9",
        "branch-2.4",
        "origin/release-1.4",
        "4.x",
    ],
)
def test_a_branch_that_is_called_as_a_version_is_a_line(name):
    assert is_line(name)


@pytest.mark.parametrize(
    "name",
    [
        "main",
        "patch-1",
        "graingert-patch-1",
        "update-plugin-list/patch-efc013416",
        "issue-12",
        "12345",
        "fix/9",
    ],
)
def test_any_other_is_none(name):
    assert not is_line(name)


def test_lines_are_in_the_order_of_their_numbers():
    names = ["release-1.10", "9.1.x", "release-1.9", "stable", "4.6.x", "release-1.9.2"]
    assert sort_lines(map(Branch, names)) == [
        "stable",
        "release-1.9",
        "release-1.9.2",
        "release-1.10",
        "4.6.x",
        "9.1.x",
    ]
