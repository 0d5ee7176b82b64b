"""QA's pages: one full page compared whole, what may stand on one, and how it is read back."""

import subprocess  # noqa: TID251 - the page's commands are run as QA's shell runs them
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.comms.proofs import Artifact, Pick, PullRequest
from relauto.comms.qa_items import QaItem, format_item, read_blocks, read_items, tick_items
from relauto.comms.qa_page import Carried, QaFacts, render_qa
from relauto.comms.qa_source import PickedPaths, source_instruction
from relauto.errors import InputError
from relauto.git.runner import Git
from relauto.model.qa import Audience, Outcome, parse_instruction
from relauto.rehearsal.cast.page import parse_page
from tests.comms.world import FIX, HEAD, HUB, PICK

INSTRUCTION = parse_instruction(
    """
    summary: All orders of a customer are listed.
    environment: {edition: single, database: sqlite, configuration: {PAGE_SIZE: "10"}}
    steps:
      - id: orders-complete
        do: list the orders of customer 7
        run: python3 {build}/stockroom.pyz orders --customer 7
        before: {status: 1, output: index out of range}
        expect: {output: 10 orders, within: 5}
    regression:
      - {id: version, do: show the version, run: "python3 {build}/stockroom.pyz version", expect: {}}
    evidence: [the output of every command]
    """,
    "test",
)
FACTS = QaFacts(
    incident="INC-7f3k",
    product="Stockroom",
    repository="acme/stockroom",
    repository_url=HUB,
    line="release-1.4",
    instruction=INSTRUCTION,
    old_tag="v1.4.2",
    tag="v1.4.3-rc1",
    commit=PICK,
    version="1.4.3",
    artifacts=(Artifact("stockroom.pyz", "c" * 64, 9),),
    old_artifacts=(Artifact("stockroom.pyz", "e" * 64, 9), Artifact("SHA256SUMS", "6" * 64, 80)),
    fixes=(PullRequest(7, f"{HUB}/pull/7", "Count the last page <!-- relauto:qa:sign-off -->", HEAD),),
    picks=(Pick(fix=FIX, commit=PICK, verdict="identical", pull=8, url=f"{HUB}/pull/8"),),
)

CANDIDATE = """\
# Verify v1.4.3-rc1

All orders of a customer are listed.

Incident `INC-7f3k`. The question is go or no-go: when this page is signed off, exactly this build becomes Stockroom 1.4.3. If anything is not as it says here, the answer is *fail*.

| what | which |
| --- | --- |
| candidate | `v1.4.3-rc1` |
| commit | `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` |
| repository | [acme/stockroom](http://127.0.0.1:8000/acme/stockroom) |
| line | `release-1.4` |
| old build | `v1.4.2` |
| SHA-256 of `stockroom.pyz` | `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc` |

- Fix: [PR 7](http://127.0.0.1:8000/acme/stockroom/pull/7) Count the last page &lt;\u200b!-- relauto:qa:sign-off --&gt;
- On the line: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`, picked from `ffffffffffffffffffffffffffffffffffffffff` (identical), [PR 8](http://127.0.0.1:8000/acme/stockroom/pull/8)

Run the commands in a folder where `old/` holds the files of `v1.4.2`, `candidate/` those of `v1.4.3-rc1`, and `product.git` is a clone of the repository. Tick an item only when its command did what the line below it says.

What is marked **(evidence: …)** needs more than its tick: a link or an attachment on its line, or one in a new comment that names the id which stands there; output pasted into that comment as a block will do as well.

## Test server

| what | how |
| --- | --- |
| edition | single |
| database | sqlite |
| replicas | 1 |
| `PAGE_SIZE` | `10` |

## Checked by machines

relauto ticks these itself; nothing is to be done about them here.

- [x] The candidate holds every commit of the fix [(see)](http://127.0.0.1:8000/acme/stockroom/compare/v1.4.2...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) <!-- relauto:qa:machine.contained -->
- [x] It holds nothing else but what people decided below [(see)](http://127.0.0.1:8000/acme/stockroom/compare/v1.4.2...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) <!-- relauto:qa:machine.scope -->
- [ ] CI is green at its commit [(see)](http://127.0.0.1:8000/acme/stockroom/commit/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/checks) <!-- relauto:qa:machine.checks -->

## 1. What build it is

- [ ] The tag v1.4.3-rc1 is at commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa <!-- relauto:qa:build.commit -->

  ```sh
  git -C product.git rev-parse --verify 'refs/tags/v1.4.3-rc1^{commit}'
  ```
  Expected: exit status 0; the output contains `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`

- [ ] The files in old/ are those of its SHA256SUMS <!-- relauto:qa:build.old-sums -->

  ```sh
  cd old && sha256sum --check --strict SHA256SUMS
  ```
  Expected: exit status 0

- [ ] The files in candidate/ are those of its SHA256SUMS <!-- relauto:qa:build.candidate-sums -->

  ```sh
  cd candidate && sha256sum --check --strict SHA256SUMS
  ```
  Expected: exit status 0

- [ ] candidate/stockroom.pyz has the digest that GitHub told <!-- relauto:qa:build.candidate-digest-1 -->

  ```sh
  echo 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc  candidate/stockroom.pyz' | sha256sum --check --strict
  ```
  Expected: exit status 0

## 2. Reproduce on the old build first

If the defect does not show here, this page proves nothing: answer *fail*.

- [ ] On the old build: list the orders of customer 7 <!-- relauto:qa:old.orders-complete -->

  ```sh
  python3 old/stockroom.pyz orders --customer 7
  ```
  Expected: exit status 1; the output contains `index out of range`

## 3. The same on the candidate

- [ ] On the candidate: list the orders of customer 7 <!-- relauto:qa:new.orders-complete -->

  ```sh
  python3 candidate/stockroom.pyz orders --customer 7
  ```
  Expected: exit status 0; the output contains `10 orders`; within 5 seconds

## 4. What must still work

- [ ] Still works: show the version <!-- relauto:qa:regression.version -->

  ```sh
  python3 candidate/stockroom.pyz version
  ```
  Expected: exit status 0

## Evidence to attach

- [ ] Attach the output of every command **(evidence: `evidence.1`)** <!-- relauto:qa:evidence.1 -->

## Sign-off

- [ ] I verified v1.4.3-rc1 at aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa. <!-- relauto:qa:sign-off -->

Then answer in a comment, on a line of its own:

```
/qa pass v1.4.3-rc1
/qa fail v1.4.3-rc1 WHAT WAS DIFFERENT
```
"""  # noqa: E501


def test_the_candidates_page_is_whole() -> None:
    assert render_qa("candidate", FACTS) == CANDIDATE


def test_the_page_reads_for_qa_as_it_was_written() -> None:
    items = {item.id: item for item in parse_page(CANDIDATE)}
    assert list(items) == list(read_items(CANDIDATE))
    old = items["old.orders-complete"]
    assert old.command == "python3 old/stockroom.pyz orders --customer 7"
    assert old.expected is not None
    assert (old.expected.status, old.expected.output, old.expected.within) == (1, "index out of range", None)
    new = items["new.orders-complete"].expected
    assert new is not None
    assert (new.status, new.output, new.within) == (0, "10 orders", 5.0)


def test_each_environment_has_its_items_about_the_candidate() -> None:
    facts = replace(FACTS, environments={"mysql": "MySQL", "cluster": "Cluster of 3"}, green=True)
    page = render_qa("candidate", facts)
    assert "| verify on each of | MySQL, Cluster of 3 |" in page
    new = page[page.index("## 3.") : page.index("## 4.")]
    shown = """
  ```sh
  python3 candidate/stockroom.pyz orders --customer 7
  ```
  Expected: exit status 0; the output contains `10 orders`; within 5 seconds
"""
    assert new == (
        "## 3. The same on the candidate\n\n### MySQL\n\n"
        "- [ ] On the candidate, on MySQL: list the orders of customer 7"
        f" <!-- relauto:qa:new.orders-complete.mysql -->\n{shown}\n### Cluster of 3\n\n"
        "- [ ] On the candidate, on Cluster of 3: list the orders of customer 7"
        f" <!-- relauto:qa:new.orders-complete.cluster -->\n{shown}\n"
    )
    kinds = [item.id for item in parse_page(page) if item.kind in ("machine", "old", "new", "regression")]
    assert kinds == [
        "machine.contained",
        "machine.scope",
        "machine.checks",
        "old.orders-complete",
        "new.orders-complete.mysql",
        "new.orders-complete.cluster",
        "regression.version.mysql",
        "regression.version.cluster",
    ]
    assert read_items(page)["machine.checks"]


def test_what_still_stands_is_ticked_and_told() -> None:
    items = {"old.orders-complete": "quinn", "build.old-sums": ""}
    carried = Carried("v1.4.3-rc0", items, ("app.py",), {"old.orders-complete": f"{HUB}/issues/1"})
    page = render_qa("candidate", replace(FACTS, carried=carried))
    ticked = [item for item, is_ticked in read_items(page).items() if is_ticked]
    assert ticked == ["machine.contained", "machine.scope", "build.old-sums", "old.orders-complete"]
    told = page[page.index("## Carried over") : page.index("## Test server")]
    assert told == (
        "## Carried over from v1.4.3-rc0\n\n"
        "What is ticked already was ticked there and rests on nothing that has changed since. "
        "Untick what you do not want to rely on. All else is asked anew.\n\n"
        f"- `old.orders-complete`, by quinn, [evidence]({HUB}/issues/1)\n- `build.old-sums`\n\n"
        "Changed since `v1.4.3-rc0`:\n\n- `app.py`\n\n"
    )


def test_a_block_is_an_item_without_its_box() -> None:
    blocks = read_blocks(CANDIDATE)
    assert list(blocks) == list(read_items(CANDIDATE))
    assert blocks == read_blocks(CANDIDATE.replace("[ ]", "[x]"))
    assert blocks["old.orders-complete"] == (
        "On the old build: list the orders of customer 7 <!-- relauto:qa:old.orders-complete -->\n"
        "  ```sh\n  python3 old/stockroom.pyz orders --customer 7\n  ```\n"
        "  Expected: exit status 1; the output contains `index out of range`"
    )
    assert blocks["sign-off"].count("\n") == 0


def test_ticking_changes_nothing_but_the_box() -> None:
    ticked = tick_items(CANDIDATE.replace("\n", "\r\n"), {"sign-off": True, "machine.scope": False})
    expected = CANDIDATE.replace("- [ ] I verified", "- [x] I verified").replace(
        "- [x] It holds", "- [ ] It holds"
    )
    assert ticked == expected.replace("\n", "\r\n")


def test_ticks_are_read_back_by_id() -> None:
    page = CANDIDATE.replace("- [ ] On the old build", "- [x] On the old build")
    ticked = [id_ for id_, ticked in read_items(page).items() if ticked]
    assert ticked == ["machine.contained", "machine.scope", "old.orders-complete"]


def test_what_stands_in_a_block_is_no_item() -> None:
    page = "```\n- [x] a <!-- relauto:qa:new.a -->\n```\n- [x] b <!-- relauto:qa:new.b -->\n"
    assert read_items(page) == {"new.b": True}


def test_an_id_that_stands_twice_needs_both_ticks() -> None:
    page = "".join(f"- [{mark}] a <!-- relauto:qa:new.a -->\n" for mark in "x x")
    assert read_items(page) == {"new.a": False}


@given(st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_no_words_make_another_item(do: str, command: str, ticked: bool) -> None:
    item = QaItem("new.a", do, command, Outcome())
    try:
        shown = format_item(item, ticked=ticked)
    except InputError:
        return
    assert read_items(shown) == {"new.a": ticked}


@pytest.mark.parametrize("output", ["a `b`", "two\nlines", "\x1b[31m", ""])
def test_an_output_that_cannot_be_shown_is_refused(output: str) -> None:
    with pytest.raises(InputError, match="cannot be shown"):
        format_item(QaItem("new.a", "do", "true", Outcome(output=output)))


def test_a_command_with_unseen_characters_is_refused() -> None:
    with pytest.raises(InputError, match=r"QA step new\.a cannot be shown"):
        format_item(QaItem("new.a", "do", "echo \u202eoops", Outcome()))


def test_a_build_without_files_cannot_be_run() -> None:
    with pytest.raises(
        InputError, match=r"orders-complete, version need the files of v1\.4\.3-rc1, which has none"
    ):
        render_qa("candidate", replace(FACTS, artifacts=()))


def test_an_old_build_without_sums_is_checked_by_its_digests() -> None:
    page = render_qa("candidate", replace(FACTS, old_artifacts=FACTS.old_artifacts[:1]))
    items = {item.id: item for item in parse_page(page)}
    assert "build.old-sums" not in items
    assert (
        items["build.old-digest-1"].command
        == f"echo '{'e' * 64}  old/stockroom.pyz' | sha256sum --check --strict"
    )


@pytest.mark.parametrize("kind", ["pr", "pick", "staging", "production"])
def test_the_shorter_pages_have_the_steps_and_the_build(kind: Audience) -> None:
    page = render_qa(kind, FACTS)
    assert list(read_items(page)) == ["new.orders-complete", "regression.version", "sign-off"]
    assert PICK in page
    assert "exit status 0; the output contains `10 orders`; within 5 seconds" in page


def test_the_picks_page_says_what_differs_on_the_line() -> None:
    page = render_qa("pick", replace(FACTS, changed_paths=(("stockroom/pages.py", "context differs"),)))
    assert "\n- `stockroom/pages.py`: context differs\n" in page
    assert "the same change" not in page


@pytest.fixture
def history(tmp_path: Path) -> tuple[Path, str, str]:
    """A repository whose tag `old` lacks a pick that tag `new` has; its blobs are gone."""
    (tmp_path / "product.git").mkdir()
    git = Git(tmp_path / "product.git")
    git.read("init", "--quiet", "--bare")
    stream = "".join(
        f"commit refs/heads/line\nmark :{mark}\ncommitter A <a@b.c> {mark} +0000\ndata 1\nx\n"
        f"M 644 inline {path}\ndata {len(text)}\n{text}\n"
        for mark, path, text in [(1, "a b.txt", "1"), (2, "a b.txt", "2"), (3, "VERSION", "1.4.3")]
    )
    git.run("fast-import", "--quiet", input=stream.encode())
    new, pick = git.read("rev-parse", "line"), git.read("rev-parse", "line~1")
    git.read("tag", "old", "line~2")
    git.read("tag", "new", new)
    for line in git.read("cat-file", "--batch-all-objects", "--batch-check").splitlines():
        name, kind, _ = line.split()
        if kind == "blob":
            (tmp_path / "product.git" / "objects" / name[:2] / name[2:]).unlink()
    return tmp_path, pick, new


def test_the_source_instruction_tells_old_from_new_without_blobs(history: tuple[Path, str, str]) -> None:
    folder, pick, new = history
    facts = replace(
        FACTS,
        instruction=source_instruction([PickedPaths(pick, ("a b.txt",))], "old"),
        old_tag="old",
        tag="new",
        commit=new,
        artifacts=(),
        old_artifacts=(),
    )
    items = parse_page(render_qa("candidate", facts))
    run = [item for item in items if item.command]
    assert [item.id for item in run] == [
        "build.commit",
        "old.pick-1-commit",
        "old.pick-1-content",
        "new.pick-1-commit",
        "new.pick-1-content",
        "regression.grown-from-old",
    ]
    for item in run:
        done = subprocess.run(
            ["sh", "-c", item.command], cwd=folder, capture_output=True, text=True, check=False
        )
        assert item.expected is not None
        assert done.returncode == item.expected.status, (item.command, done.stderr)
        assert item.expected.output in done.stdout


def test_a_path_is_compared_with_the_last_pick_that_changed_it() -> None:
    instruction = source_instruction([PickedPaths(HEAD, ("a", "b")), PickedPaths(PICK, ("b",))], "v1")
    runs = {step.id: step.run for step in instruction.steps}
    assert runs["pick-1-content"].endswith(f"{HEAD} {{tag}} -- a")
    assert runs["pick-2-content"].endswith(f"{PICK} {{tag}} -- b")


def test_an_instruction_without_picks_is_none() -> None:
    with pytest.raises(ValueError, match="at least one pick"):
        source_instruction([], "v1")
