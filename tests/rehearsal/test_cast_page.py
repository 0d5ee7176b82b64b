"""QA's page is read with one meaning or refused."""

import pytest

from relauto.rehearsal.cast.page import Expected, PageError, parse_page, tick

OLD = """\
- [ ] On the old build: list the orders <!-- relauto:qa:old.orders -->

  ```sh
  python3 old/stockroom.pyz orders --customer 7
  ```
  Expected: exit status 1; the output contains `index out of range`; within 5 seconds
"""
NEW = """\
- [x] On the candidate: list the orders <!-- relauto:qa:new.orders -->

  ```sh
  cd candidate
  python3 stockroom.pyz orders --customer 7
  ```
  Expected: exit status 0
"""
SIGN = "- [ ] Sign off <!-- relauto:qa:sign-off -->\n"
PAGE = f"# Verify v1.4.3-rc1\n\n{OLD}\n{NEW}\n{SIGN}"


def test_items_have_their_command_and_what_is_expected() -> None:
    old, new, sign = parse_page(PAGE)
    assert (old.id, old.kind, old.ticked) == ("old.orders", "old", False)
    assert old.command == "python3 old/stockroom.pyz orders --customer 7"
    assert old.expected == Expected(1, "index out of range", 5.0)
    assert new.command == "cd candidate\npython3 stockroom.pyz orders --customer 7"
    assert (new.ticked, new.expected) == (True, Expected(0))
    assert (sign.id, sign.command, sign.expected) == ("sign-off", "", None)


def test_line_ends_of_the_web_form_change_nothing() -> None:
    assert parse_page(PAGE.replace("\n", "\r\n")) == parse_page(PAGE)


def test_what_stands_in_a_code_block_is_no_item() -> None:
    quoted = f"````text\n{OLD.replace('old.orders', 'new.more')}\n````\n"
    assert [item.id for item in parse_page(PAGE + quoted)] == ["old.orders", "new.orders", "sign-off"]


def test_only_what_github_shows_as_a_line_is_one() -> None:
    odd = "Some text\u2028- [ ] unseen <!-- relauto:qa:new.unseen -->\n"
    assert parse_page(PAGE + odd) == parse_page(PAGE)


def test_a_block_that_is_not_the_items_own_is_not_run() -> None:
    foreign = "\n```sh\nrm -rf everything\n```\n\n  ```text\n  rm -rf everything\n  ```\n"
    assert parse_page(PAGE + foreign) == parse_page(PAGE)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "no item of the kind new, old, sign-off"),
        (PAGE.replace(SIGN, ""), "no item of the kind sign-off"),
        (PAGE.replace(OLD, ""), "no item of the kind old"),
        (PAGE + OLD, "old.orders is there twice"),
        (PAGE + "- [ ] and one more thing\n", "has no id"),
        (PAGE + "  * [x] hidden below <!-- relauto:qa:new.below -->\n", "has no id"),
        (PAGE + "- [ ] else <!-- relauto:qa:other.thing -->\n", "'other.thing' is no id"),
        (PAGE + "<!-- this part\n\n" + OLD.replace("old.orders", "old.b") + "-->\n", "hidden in a comment"),
        (PAGE.replace("  Expected: exit status 0\n", ""), "new.orders does not say what is expected"),
        (PAGE.replace("exit status 0", "it works"), "expects what cannot be checked: it works"),
        (PAGE.replace("within 5 seconds", "soon"), "expects what cannot be checked"),
        (PAGE.replace("exit status 0", "exit status 0\n  Expected: exit status 1"), "cannot be checked"),
        (PAGE + "  Expected: exit status 0\n", "sign-off expects what cannot be checked"),
        (PAGE + "  ```sh\n  true\n  ```\n", "sign-off does not say what is expected"),
        (PAGE + "- [ ] See <!-- relauto:qa:new.see -->\n", "new.see has no command"),
        (NEW.replace("  Expected", "  ```sh\n  true\n  ```\n  Expected"), "has two commands"),
        (OLD.replace("  ```\n", "", 1), "is not closed"),
        (OLD.replace("  python3 old/stockroom.pyz orders --customer 7\n", "\n"), "has an empty command"),
    ],
)
def test_a_page_without_one_clear_meaning_is_refused(page: str, said: str) -> None:
    with pytest.raises(PageError) as raised:
        parse_page(page)
    assert said in str(raised.value)


def test_ticking_changes_the_named_boxes_and_nothing_else() -> None:
    page = PAGE + f"\n~~~text\n{OLD}~~~\n"
    expected = page.replace("- [ ] On the old build", "- [x] On the old build", 1)
    assert tick(page, {"old.orders"}) == expected
    assert tick(page, {"new.orders", "absent"}) == page
    web = page.replace("\n", "\r\n")
    assert tick(web, {"old.orders"}) == expected.replace("\n", "\r\n")
