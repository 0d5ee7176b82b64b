"""Requests are counted by what they are for, said where they are sent."""

from relauto.github.counts import Counts, Row, Sums, describe_requests, draw_table


def test_a_request_is_for_what_is_told_where_it_is_sent():
    counts = Counts()
    counts.add("read", "GET /user")
    with counts.about("notices"):
        counts.add("write", "POST issues/{n}/comments")
    counts.add("read", "GET /user")
    assert counts.table() == (
        Row("path", "read", "GET /user", 2),
        Row("notices", "write", "POST issues/{n}/comments", 1),
    )


def test_the_first_to_tell_what_requests_are_for_is_right():
    counts = Counts()
    with counts.about("rehearsal"), counts.about("assets"):
        counts.add("read", "GET releases/assets/{n}")
    assert counts.table() == (Row("rehearsal", "read", "GET releases/assets/{n}", 1),)


def test_a_run_that_found_nothing_new_was_waiting():
    counts = Counts()
    counts.add("read", "GraphQL Look")
    before = counts.copy()
    counts.add("read", "GraphQL Look")
    counts.add("read", "GET releases")
    counts.add_unchanged("GET releases")
    with counts.about("notices"):
        counts.add("read", "GraphQL Issue")
    counts.call_waiting(before)
    assert counts.table() == (
        Row("path", "read", "GraphQL Look", 1),
        Row("waiting", "read", "GET releases", 1, 1),
        Row("waiting", "read", "GraphQL Issue", 1),
        Row("waiting", "read", "GraphQL Look", 1),
    )


def test_the_figures_as_a_table_and_as_a_document():
    counts = Counts()
    counts.add("read", "GraphQL Look")
    counts.add("write", "POST pulls")
    with counts.about("waiting"):
        counts.add("read", "GET issues/{n}")
        counts.add("read", "GET issues/{n}")
        counts.add_unchanged("GET issues/{n}")
    assert counts.by_kind()["waiting"] == Sums(read=2, write=0, unchanged=1)
    document = describe_requests(counts)
    assert (document["read"], document["write"]) == (3, 1)
    assert document["by_kind"]["path"] == {"read": 1, "write": 1, "unchanged": 0}
    table = draw_table(counts, "push").splitlines()
    assert table[1] == "path           1      1       0 (0 %)   2 of at most 22 (floor 7)"
    assert table[2] == "waiting        2      0       1 (50 %)"
    assert [line.split()[0] for line in table[1:]] == ["path", "waiting", "assets", "notices", "rehearsal"]
