"""Who ticked what: told by the versions of a page, and by nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from relauto.comms.qa_ticks import UNKNOWN, trace_links, trace_ticks

NOBODY = frozenset()


def page(ticked="", items="abc"):
    return "".join(
        f"- [{'x' if each in ticked else ' '}] do <!-- relauto:qa:new.{each} -->\n" for each in items
    )


def trace(versions, body, asked="", own=None):
    found = trace_ticks(
        page(asked), [(who, None if text is None else page(text)) for who, text in versions], body, own
    )
    return {
        item.removeprefix("new."): "".join(sorted(each or "?" for each in who)) for item, who in found.items()
    }


def test_a_tick_is_of_who_wrote_the_first_version_with_it():
    versions = [("R", ""), ("q", "a"), ("m", "ab"), ("q", "ab"), ("q", "abc")]
    assert trace(versions, page("abc")) == {"a": "q", "b": "m", "c": "q"}


def test_a_tick_that_was_taken_back_is_of_who_made_it_again():
    assert trace([("R", ""), ("m", "a"), ("m", ""), ("q", "a")], page("a")) == {"a": "q"}


def test_what_was_asked_with_a_tick_is_of_nobody_until_it_is_taken_back():
    assert trace([("R", "a"), ("q", "ab")], page("ab"), asked="a") == {"a": "", "b": "q"}
    assert trace([("R", "a"), ("q", ""), ("q", "a")], page("a"), asked="a") == {"a": "q"}


def test_without_a_history_it_may_have_been_anybody_but_for_what_was_asked():
    assert trace([], page("ab"), asked="a") == {"a": "", "b": "?"}


def test_a_version_that_was_deleted_leaves_all_who_wrote_until_the_next():
    assert trace([("R", ""), ("m", None), ("q", "ab")], page("ab")) == {"a": "mq", "b": "mq"}
    assert trace([("R", ""), ("m", None), ("q", None)], page("ab")) == {"a": "mq", "b": "mq"}


def test_a_history_that_is_behind_the_page_tells_nobody():
    assert trace([("R", ""), ("q", "a")], page("ab")) == {"a": "?", "b": "?"}


def test_line_ends_of_a_browser_are_no_difference():
    assert trace([("R", ""), ("q", "a")], page("a").replace("\n", "\r\n")) == {"a": "q"}


@given(st.lists(st.tuples(st.sampled_from("qmR"), st.none() | st.sets(st.sampled_from("abc")).map("".join))))
def test_exactly_what_is_ticked_is_traced_and_whoever_did_it_is_among_those_named(versions):
    ticked = next((text for _, text in reversed(versions) if text is not None), "")
    found = trace(versions, page(ticked))
    assert set(found) == set(ticked)
    for item, who in found.items():
        assert set(who) <= {editor for editor, _ in versions}
        known = [text is None or item in text for _, text in versions]
        since = len(known) - next((n for n, held in enumerate(reversed(known)) if not held), len(known))
        assert not who or any(editor in who for editor, _ in versions[since:])


def test_what_relauto_undid_and_put_back_is_of_who_did_it():
    undone = [("R", ""), ("q", "a"), ("R", ""), ("q", "b"), ("R", "ab")]
    assert trace(undone, page("ab"), own="R") == {"a": "q", "b": "q"}
    taken_back = [("R", ""), ("q", "a"), ("q", ""), ("R", "a")]
    assert trace(taken_back, page("a"), own="R") == {"a": "R"}, "it ticks for nobody"
    again = [("R", ""), ("q", "a"), ("R", ""), ("m", "a"), ("R", "a")]
    assert trace(again, page("a"), own="R") == {"a": "m"}


LINK = "https://example.org/{}"


def linked(**links):
    """Return the page that was asked, with these links behind its items, separated by spaces."""
    page_ = page("").replace("do", f"do {LINK.format('asked')}")
    for item, words in links.items():
        mark = f"<!-- relauto:qa:new.{item} -->"
        page_ = page_.replace(mark, " ".join([mark, *map(LINK.format, words.split())]))
    return page_


def test_who_put_a_link_at_an_item_is_traced_link_by_link():
    first, both = linked(a="7"), linked(a="7", b="8 7")
    versions = [("R", linked()), ("q", first), ("m", both)]
    assert trace_links(linked(), versions, both) == {
        ("new.a", LINK.format(7)): {"q"},
        ("new.b", LINK.format(8)): {"m"},
        ("new.b", LINK.format(7)): {"m"},
    }
    assert trace_links(linked(), versions[:1], first) == {("new.a", LINK.format(7)): {UNKNOWN}}


def test_a_link_that_replaces_another_is_of_who_replaced_it():
    versions = [("R", linked()), ("q", linked(a="7")), ("m", linked(a="8"))]
    assert trace_links(linked(), versions, linked(a="8")) == {("new.a", LINK.format(8)): {"m"}}
    back = [*versions, ("q", linked(a="8 7"))]
    assert trace_links(linked(), back, linked(a="8 7")) == {
        ("new.a", LINK.format(8)): {"m"},
        ("new.a", LINK.format(7)): {"q"},
    }
