"""The comment at a pull request, whole: what it tells, and that nobody's words do anything in it."""

import pytest

from relauto.comms.progress import Link, ProgressText, Shipping, Way, render_progress
from tests.comms.world import FIX, HEAD, HUB, PICK

WAITING = ProgressText(
    incident="INC-7f3k",
    state="open",
    head=HEAD,
    lacking=("CI", "reviewer"),
    has_door=True,
    ways=(
        Way("release-1.4", "clean"),
        Way("release-1.3", "conflict", ("docs/a|b.md", "`x`\n<!-- relauto:no -->")),
        Way("release-1.2", "unknown"),
        Way("release-1.0", "proposed", ("a.py", "b.py"), ("adjacent", "policy")),
        Way("release-1.1", "already"),
        Way("release-1.5", "clean", beside=True),
        Way("release-1.6", "there", commit=PICK, beside=True),
        Way("release-1.7", "unknown", beside=True),
        Way("release-1.8", "proposed", ("a.py",), ("adjacent",), beside=True),
    ),
    shippings=(Shipping("release-1.4"),),
)
SHIPPED = ProgressText(
    incident="INC-7f3k",
    state="merged",
    head="",
    merged=FIX,
    ways=(
        Way("release-1.4", "there", pull=Link(8, f"{HUB}/pull/8"), commit=PICK),
        Way("main", "open", pull=Link(9, f"{HUB}/pull/9")),
    ),
    shippings=(Shipping("release-1.4", "v1.4.3-rc1", "v1.4.3"), Shipping("release-1.3", "v1.3.9-rc1")),
)


def tell(text):
    return render_progress(text).split("\n")


def test_one_that_waits_says_for_whom_and_what_is_foreseen():
    beside, lacking = "supported, and not asked for here", "does not have it, and the pick"
    proposed = "would propose a merge, for review"
    assert tell(WAITING) == [
        "How far `INC-7f3k` has come with this pull request.",
        "",
        "| what | how it stands |",
        "| --- | --- |",
        f"| this pull request | waits at `{HEAD}` for CI and a reviewer |",
        "| `release-1.4` | the pick would apply as it is |",
        "| `release-1.3` | the pick would conflict in `docs/a\\|b.md`, `` `x` <\u200b!-- relauto:no --> `` |",
        "| `release-1.2` | whether the pick would apply cannot be told here |",
        f"| `release-1.0` | the pick would conflict in `a.py`, `b.py`; `adjacent`, `policy` {proposed} |",
        "| `release-1.1` | the pick would change nothing: the change is there |",
        f"| `release-1.5` | {beside}: {lacking} would apply as it is |",
        f"| `release-1.6` | {beside}: has it as `{PICK}` |",
        f"| `release-1.7` | {beside}: whether the pick would apply cannot be told here |",
        f"| `release-1.8` | {beside}: {lacking} would conflict in `a.py`; `adjacent` {proposed} |",
        "| release from `release-1.4` | not begun |",
        "",
        "This comment is kept up to date and needs no answer.",
        "",
        "<!-- relauto:INC-7f3k:progress -->",
        "",
    ]


def test_one_that_is_shipped_says_where_it_went():
    assert tell(SHIPPED)[4:9] == [
        f"| this pull request | merged as `{FIX}` |",
        f"| `release-1.4` | has it as `{PICK}`, by [PR 8]({HUB}/pull/8) |",
        f"| `main` | gets it by [PR 9]({HUB}/pull/9) |",
        "| release from `release-1.4` | `v1.4.3` is out |",
        "| release from `release-1.3` | candidate `v1.3.9-rc1` |",
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"state": "closed"}, "closed without a merge"),
        ({"state": "queued"}, f"in the merge queue at `{HEAD}`"),
        ({"held": ("it conflicts with main",)}, f"held up at `{HEAD}`: it conflicts with main"),
        ({}, f"ready at `{HEAD}`"),
        ({"has_door": True}, f"ready at `{HEAD}`: waits for the approval of its merge"),
        ({"lacking": ("DE",)}, f"waits at `{HEAD}` for its author"),
    ],
)
def test_every_way_to_stand_is_told(changes, told):
    text = ProgressText(**({"incident": "INC-7f3k", "state": "open", "head": HEAD} | changes))
    assert tell(text)[4] == f"| this pull request | {told} |"


def test_of_very_many_paths_the_first_are_named():
    paths = tuple(f"src/{number}.py" for number in range(25))
    (row,) = [
        line
        for line in tell(ProgressText("INC-7f3k", "open", HEAD, ways=(Way("line", "conflict", paths),)))
        if "line`" in line
    ]
    assert row.endswith("`src/19.py` and 5 more |")
