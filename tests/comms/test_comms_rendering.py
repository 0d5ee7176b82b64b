"""Templates: an adopter's come first, foreign words are harmless by default, faults name their line."""

from pathlib import Path

import pytest

from relauto.comms.rendering import Markdown, Renderer, shipped
from relauto.errors import InputError
from relauto.model.words import Person, Text
from relauto.resources import find_resource


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path


def write(folder: Path, text: str, name: str = "own/text.md") -> Renderer:
    (folder / name).write_text(text, "utf-8")
    return Renderer(folder)


def test_what_a_template_prints_is_harmless_unless_it_says_otherwise(own: Path) -> None:
    renderer = write(own, "{{ a }} {{ a | code }} {{ b }} {{ a | upper }}")
    shown = renderer.render("own/text.md", a="@rae *x*", b=Markdown("*ours*"))
    assert shown == "@\u200brae \\*x\\* `@rae *x*` *ours* @\u200bRAE \\*X\\*\n"


def test_erased_words_say_so(own: Path) -> None:
    renderer = write(own, "{{ words }}, {{ who | code }}")
    assert (
        renderer.render("own/text.md", words=Text(erased=True), who=Person(erased=True))
        == "(erased), `(erased)`\n"
    )


def test_an_adopters_template_comes_before_ours_and_may_use_ours(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "prepare.merge.md").write_text(
        '{% extends "desk/door.md" %}{% block title %}Ours{% endblock %}', "utf-8"
    )
    values = {
        "incident": "INC-1",
        "place": type("P", (), {"target": None}),
        "round": 1,
        "facts": [],
        "commands": "/x",
        "text": "",
        "note": "",
    }
    assert Renderer(tmp_path).render("desk/prepare.merge.md", **values).startswith("### Ours\n\n`INC-1`\n")
    assert shipped().render("desk/prepare.merge.md", **values).startswith("### May this be merged?\n")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\nb\n{{ missing }}", r"own/text\.md, line 3: 'missing' is undefined"),
        ("a\n{% if %}", r"own/text\.md, line 2: "),
        ("a\n\n{{ 1 + value }}", r"own/text\.md, line 3: "),
        ("{{ value.__class__.__mro__ }}", r"own/text\.md, line 1: .*unsafe"),
        ("{{ items.append(1) }}", r"own/text\.md, line 1: .*unsafe"),
        ('a\n{% include "own/none.md" %}', r"there is no template own/none\.md"),
        ('a\n{% include "own/text.md" %}', r"own/text\.md, line 2: maximum recursion depth"),
    ],
)
def test_a_fault_names_template_and_line(own: Path, text: str, fault: str) -> None:
    renderer = write(own, text)
    with pytest.raises(InputError, match=fault):
        renderer.render("own/text.md", value="x", items=[])


def test_a_template_that_is_no_text_is_an_input_error(own: Path) -> None:
    renderer = write(own, "")
    (own / "own" / "text.md").write_bytes(b"\xff")
    for act in (renderer.check, renderer.render):
        with pytest.raises(InputError, match=r"own/text\.md: .*can't decode byte 0xff"):
            act("own/text.md")


def test_a_missing_template_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"there is no template none/at-all\.md"):
        shipped().render("none/at-all.md")


def test_pages_are_escaped_and_their_links_checked(own: Path) -> None:
    renderer = write(own, '<a href="{{ url | web }}">{{ name }}</a>', "own/page.html")
    assert (
        renderer.render("own/page.html", url='http://h/"x', name="<b>\u202e@x")
        == '<a href="http://h/%22x">&lt;b&gt;@x</a>\n'
    )
    assert renderer.render("own/page.html", url="javascript:x", name="n") == '<a href="">n</a>\n'


def test_every_shipped_template_parses() -> None:
    folder = find_resource("templates")
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert len(names) > 30
    for name in names:
        shipped().check(name)
