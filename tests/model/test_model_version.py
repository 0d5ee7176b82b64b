"""Version numbers, and how projects write them in tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from relauto.errors import InputError
from relauto.model.version import (
    TagStyle,
    find_releases,
    learn_style,
    next_version,
    parse_tag,
    parse_version,
)

numbers = st.lists(st.integers(0, 300), min_size=2, max_size=4)
finals = numbers.map(lambda parts: Version(".".join(map(str, parts))))
dot_releases = st.lists(st.integers(0, 300), min_size=3, max_size=3).map(
    lambda parts: Version(".".join(map(str, parts)))
)
styles = st.builds(
    lambda prefix, mark: TagStyle(f"{prefix}{{version}}", f"{prefix}{{version}}{mark}{{number}}"),
    st.sampled_from(["", "v", "release-", "server/v", "V"]),
    st.sampled_from(["-rc", "rc", "-rc.", ".rc", "_rc", "-rc-"]),
)


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("v5.35.4", "5.35.4"),
        ("2.9.10", "2.9.10"),
        ("v5.9.8-rc1", "5.9.8rc1"),
        ("release-1.4.0", "1.4.0"),
        ("v1.2", "1.2"),
        ("v1.2.3-rc.1", "1.2.3rc1"),
    ],
)
def test_a_tag_is_a_version(tag, version):
    found = parse_tag(tag)
    assert found is not None
    assert (found.version, found.tag) == (Version(version), tag)
    assert found.is_final is ("rc" not in tag)


@pytest.mark.parametrize(
    "tag", ["nightly", "v5", "20260302", "v1.2.3-final-really", "1.2.x", "@cloud-1.2", "v1..2", "", "-1.2.3"]
)
def test_other_tags_are_ignored(tag):
    assert parse_tag(tag) is None


def test_releases_are_in_the_order_of_numbers():
    tags = ["v5.35.10", "v5.35.9-rc10", "cloud", "v5.35.9", "v5.35.9-rc9"]
    assert [each.tag for each in find_releases(tags)] == [
        "v5.35.9-rc9",
        "v5.35.9-rc10",
        "v5.35.9",
        "v5.35.10",
    ]


@pytest.mark.parametrize("text", ["", "latest", "5.x", "v", "1.2.3-what"])
def test_no_version_is_made_up(text):
    with pytest.raises(InputError, match="is not a version number"):
        parse_version(text)


@pytest.mark.parametrize(
    ("base", "taken", "expected"),
    [
        ("4.2", [], "4.2.1"),
        ("5.35.9", [], "5.35.10"),
        ("5.35.9", ["5.35.10", "5.35.11"], "5.35.12"),
        ("5.9.8rc1", [], "5.9.8"),
        ("5.9.8rc1", ["5.9.8"], "5.9.9"),
        ("4.2b1", [], "4.2"),
        ("4.2b1", ["4.2"], "4.2.1"),
        ("1.2.3.4", [], "1.2.4"),
        ("1.2.3.4rc1", [], "1.2.3.4"),
        ("1.2.3.post1", [], "1.2.4"),
    ],
)
def test_the_next_number(base, taken, expected):
    assert str(next_version(Version(base), [Version(each) for each in taken])) == expected


@given(finals, st.lists(dot_releases))
def test_the_next_number_is_free_and_higher_on_the_same_line(base, taken):
    following = next_version(base, taken)
    assert following > base
    assert following not in taken
    assert following.release[:2] == base.release[:2]
    assert not following.is_prerelease


@given(dot_releases, st.integers(1, 99))
def test_a_prerelease_is_followed_by_its_final(base, number):
    assert next_version(Version(f"{base}rc{number}")) == base


@given(dot_releases, st.integers(0, 40))
def test_numbers_are_given_one_after_the_other(base, count):
    taken = [base]
    for _ in range(count):
        taken.append(next_version(base, taken))
    assert taken == sorted(set(taken))
    assert taken[-1].micro == base.micro + count


@given(styles, dot_releases, st.integers(1, 500))
def test_a_candidates_number_is_read_back(style, version, number):
    tag = style.candidate_tag(version, number)
    assert style.candidate_number(tag, version) == number
    assert style.candidate_number(style.final_tag(version), version) is None
    assert style.candidate_number(tag, next_version(version)) is None


@given(styles, dot_releases, st.integers(1, 500))
def test_a_style_is_learned_from_its_own_tags(style, version, number):
    base = style.final_tag(version)
    candidate = style.candidate_tag(next_version(version), number)
    assert learn_style([base, candidate, "nightly", "other-1.0.0rc1"], base) == style


@pytest.mark.parametrize(
    ("tags", "base", "final", "candidate"),
    [
        (["v5.9.8-rc1", "v5.9.7"], "v5.9.7", "v5.9.8", "v5.9.8-rc2"),
        (["2.9.0rc1", "2.8.0"], "2.8.0", "5.9.8", "5.9.8rc2"),
        (["v1.2.3-rc.1", "v1.2.2"], "v1.2.2", "v5.9.8", "v5.9.8-rc.2"),
        (["v1.2.2"], "v1.2.2", "v5.9.8", "v5.9.8-rc2"),
        (["v1.0.0rc1", "v1.1.0-rc1", "v1.1.0"], "v1.1.0", "v5.9.8", "v5.9.8-rc2"),
    ],
)
def test_a_projects_own_style_goes_on(tags, base, final, candidate):
    style = learn_style(tags, base)
    assert (style.final_tag(Version("5.9.8")), style.candidate_tag(Version("5.9.8"), 2)) == (final, candidate)
