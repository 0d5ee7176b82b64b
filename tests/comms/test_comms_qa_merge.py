"""What relauto's own writes undid is put back, and nothing else is changed."""

from relauto.comms.qa_merge import mend

ITEMS = ("new.a", "new.b", "machine.checks")


def page(ticked, note=""):
    lines = [f"- [{'x' if item in ticked else ' '}] do <!-- relauto:qa:{item} -->" for item in ITEMS]
    return "\n".join([*lines, note, ""])


A, B, CI = ITEMS
FIRST = ("R", page([]))


def versions(*rest):
    return [FIRST, *rest]


def mended(*rest):
    told = versions(*rest)
    return mend(told, told[-1][1], "R")


def test_a_write_that_undid_nothing_leaves_the_page_as_it_is():
    assert mended(("q", page([A])), ("R", page([A, CI]))) == page([A, CI])
    assert mended(("q", page([A])), ("q", page([])), ("R", page([CI]))) == page([CI]), "they took it back"


def test_what_came_between_is_put_back_with_all_that_was_written_with_it():
    lost = [("q", page([A])), ("q", page([A, B], "https://ci.example/7"))]
    assert mended(*lost, ("R", page([CI]))) == page([A, B, CI], "https://ci.example/7")


def test_of_a_page_that_went_on_the_items_are_put_back_that_nobody_changed_since():
    gone = [("q", page([A])), ("R", page([CI]))]
    assert mended(*gone, ("q", page([B, CI], "seen"))) == page([A, B, CI], "seen")
    taken_back = [("q", page([A, CI])), ("q", page([CI]))]
    assert mended(*gone, *taken_back) == page([CI]), "ticked again, and taken back"


def test_what_was_put_back_is_not_put_back_again():
    gone = [("q", page([A])), ("R", page([CI])), ("R", page([A, CI]))]
    assert mended(*gone) == page([A, CI])
    assert mended(*gone, ("q", page([CI]))) == page([CI])


def test_versions_that_are_not_told_put_nothing_back():
    assert mend([FIRST, ("q", None), ("R", page([CI]))], page([CI]), "R") == page([CI])
    assert mend([("", None), ("R", page([CI]))], page([CI]), "R") == page([CI])
    assert mend([], page([A]), "R") == page([A])


def test_line_ends_of_a_browser_are_kept():
    gone = [("q", page([A])), ("R", page([CI]))]
    body = page([B, CI]).replace("\n", "\r\n")
    assert mend(versions(*gone, ("q", body)), body, "R") == page([A, B, CI]).replace("\n", "\r\n")
