"""`relauto pick` in a clone, as a person types it."""

import re
import subprocess  # noqa: TID251 - a person types what is told
from pathlib import Path

import pytest

from relauto.git.runner import Git
from tests.git.conftest import Clone
from tests.picking.test_picking_pick import TEXT, change


@pytest.fixture
def clone(tmp_path):
    """Main with a fix; of three lines one takes it, one has it, and one is in its way."""
    clone = Clone(tmp_path / "clone")
    clone.commit("First", {"app.py": TEXT, "read.me": "read me\n"})
    for number in (1, 2, 10):
        clone.run("branch", f"release-{number}")
    clone.fix = clone.commit("Fix the crash (#12)\n\nIt crashed.\n", {"app.py": change(TEXT, 3, "fixed")})
    clone.switch("release-2")
    clone.run("cherry-pick", "-x", clone.fix)
    clone.switch("release-10")
    clone.commit("Ours (#9)", {"app.py": change(TEXT, 3, "ours"), "caf\udce9": "odd\n"})
    clone.switch("main")
    return clone


@pytest.fixture
def pick(relauto, clone):
    return lambda *arguments: relauto("pick", "--repo", "clone", *arguments)


HELP = "what to do about conflicts:\n"


def mask(text):
    """Return what was told of picks, with no id in it; what to do about conflicts has tests of its own."""
    return re.sub(r"\b[0-9a-f]{10}\b", "ID", text.partition(HELP)[0])


def list_commands(text):
    """Return what a person is to type, a line each."""
    return "\n".join(line[4:] for line in text.partition(HELP)[2].splitlines() if line.startswith("    "))


def type_commands(lines, folder):
    """Type lines as a person does, until one fails; return its status, and where it was typed."""
    ended = subprocess.run(
        ["sh", "-c", f"set -e; trap 'pwd' EXIT\n{lines}"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout.splitlines()[-1]


def add_submodule(project, origin, path):
    """Commit what is at `origin` as a submodule of a project, which is made if need be."""
    project.mkdir(parents=True, exist_ok=True)
    git = Git(project)
    git.run("init", "--quiet", "--initial-branch", "main")
    git.run("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(origin), path)
    git.run(
        "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "Take it in"
    )


def identify(clone):
    clone.run("config", "user.name", "Robin Releases")
    clone.run("config", "user.email", "robin@example.com")


def test_each_line_gets_its_result(pick, clone):
    before = clone.git.read("show-ref")
    ended = pick("--fix", "main", "--onto", "release-*")
    assert mask(ended.out) == (
        "release-1: ID Fix the crash (#12): clean, the same patch, as ID\n"
        "release-2: ID Fix the crash (#12): already there: ID says that it was picked from it\n"
        "release-10: ID Fix the crash (#12): conflict\n"
        "  app.py (content)\n"
        "    changed on release-10: ID Ours (#9) (Ada Engineer, 2026-01-05)\n"
        "  release-10 changed the same: it would be clean without these:\n"
        "    ID Ours (#9) (Ada Engineer, 2026-01-05), 3 lines\n"
    )
    assert (ended.status, ended.err) == (3, "")
    assert clone.git.read("show-ref") == before
    assert clone.git.read("status", "--porcelain") == ""


def take_back_and_reapply(clone):
    """Revert the fix on main and make it again; return all three."""
    clone.run("revert", "--no-edit", clone.fix)
    revert = clone.head
    clone.run("revert", "--no-edit", revert)
    return clone.fix, revert, clone.head


def test_a_fix_that_was_reverted_and_made_again_gets_to_the_line_as_one_range(pick, clone):
    fix, _, again = take_back_and_reapply(clone)
    identify(clone)
    ended = pick("--fix", f"{fix}~..{again}", "--onto", "release-1", "--write", "--json")
    results = ended.document["results"]
    assert (ended.status, [each["status"] for each in results]) == (0, ["clean"] * 3)
    assert clone.git.read("show", f"{results[-1]['commit']}:app.py") == change(TEXT, 3, "fixed").rstrip("\n")
    clone.run("branch", "-f", "release-1", results[-1]["commit"])
    ended = pick("--fix", f"{fix}~..{again}", "--onto", "release-1", "--json")
    there = [(each["status"], each["commit"]) for each in ended.document["results"]]
    assert (ended.status, there) == (0, [("already", each["commit"]) for each in results])


def test_a_fix_that_was_reverted_and_made_again_gets_to_the_line_one_by_one(pick, clone):
    for each in take_back_and_reapply(clone):
        ended = pick("--fix", each, "--onto", "release-1", "--json")
        (result,) = ended.document["results"]
        assert (ended.status, result["status"]) == (0, "clean")
        clone.run("branch", "-f", "release-1", result["commit"])
    assert clone.git.read("show", "release-1:app.py") == change(TEXT, 3, "fixed").rstrip("\n")


def test_the_document_has_one_object_for_each_fix_and_line(pick, clone):
    document = pick("--fix", clone.fix, "--onto", "release-*", "--json").document
    tree, _ = clone.pick_for_real(clone.fix, "release-1")
    seconds = [each.pop("seconds") for each in document["results"]]
    assert all(0 < each < 60 for each in seconds)
    made = document["results"][0]["commit"]
    assert clone.git.read("show", "-s", "--format=%T %P %s", made) == (
        f"{tree} {clone.git.read('rev-parse', 'release-1')} Fix the crash (#12)"
    )
    ours = {"commit": clone.git.read("rev-parse", "release-10"), "subject": "Ours (#9)", "pull": 9}
    common = {"fix": clone.fix, "prerequisites": [], "resolvers": [], "resolved": [], "error": None}
    common |= {"prerequisite": False, "resolvers_instead": [], "remedies": []}
    common |= {"explanation": {"line": [], "missing": [], "in_part": False}}
    assert document == {
        "schema": 1,
        "results": [
            {
                **common,
                "onto": "release-1",
                "status": "clean",
                "commit": made,
                "tree": tree,
                "verdict": "identical",
                "uncompared": [],
                "conflicts": [],
                "causes": [],
            },
            {
                **common,
                "onto": "release-2",
                "status": "already",
                "commit": clone.git.read("rev-parse", "release-2"),
                "tree": clone.tree("release-2"),
                "verdict": None,
                "uncompared": [],
                "conflicts": [],
                "causes": [],
            },
            {
                **common,
                "onto": "release-10",
                "status": "conflict",
                "commit": None,
                "tree": None,
                "verdict": None,
                "uncompared": [],
                "conflicts": [{"path": "app.py", "kind": "content"}],
                "causes": [{"path": "app.py", "line": [ours], "main": []}],
                "explanation": {"line": [ours], "missing": [], "in_part": False},
            },
        ],
        "branches": [],
    }


def test_fixes_are_picked_in_the_order_of_their_merges(pick, clone):
    later = clone.commit("Later", {"app.py": change(TEXT, 3, "fixed later")})
    ended = pick("--fix", later, "--fix", clone.fix, "--onto", "release-1", "--json")
    results = ended.document["results"]
    assert (ended.status, [each["fix"] for each in results]) == (0, [clone.fix, later])
    assert clone.git.read("rev-parse", f"{results[1]['commit']}^") == results[0]["commit"]


def test_writing_makes_branches_and_again_finds_them(pick, clone):
    identify(clone)
    branch = f"relauto/pick/release-1/{clone.fix[:10]}"
    first = pick("--fix", clone.fix, "--onto", "release-1", "--onto", "release-2", "--write")
    assert (first.status, first.err) == (0, "")
    assert mask(first.out) == (
        "release-1: ID Fix the crash (#12): clean, the same patch, as ID\n"
        "  relauto/pick/release-1/ID was created\n"
        "release-2: ID Fix the crash (#12): already there: ID says that it was picked from it\n"
    )
    assert clone.git.read("log", "-1", "--format=%an %cn", branch) == "Ada Engineer Robin Releases"
    made = clone.git.read("rev-parse", branch)
    again = pick("--fix", clone.fix, "--onto", "release-1", "--write", "--json")
    (result,) = again.document["results"]
    assert (again.status, result["commit"], clone.git.read("rev-parse", branch)) == (0, made, made)
    assert again.document["branches"] == [
        {"onto": "release-1", "branch": branch, "state": "there", "reason": ""}
    ]


def test_a_line_in_conflict_holds_up_no_other(pick, clone):
    identify(clone)
    ended = pick("--fix", clone.fix, "--onto", "release-10", "--onto", "release-1", "--write")
    assert ended.status == 3
    assert mask(ended.out) == (
        "release-10: ID Fix the crash (#12): conflict\n"
        "  app.py (content)\n"
        "    changed on release-10: ID Ours (#9) (Ada Engineer, 2026-01-05)\n"
        "  release-10 changed the same: it would be clean without these:\n"
        "    ID Ours (#9) (Ada Engineer, 2026-01-05), 3 lines\n"
        "  relauto/pick/release-10/ID is not made, since not every fix applies\n"
        "release-1: ID Fix the crash (#12): clean, the same patch, as ID\n"
        "  relauto/pick/release-1/ID was created\n"
    )
    assert "relauto/pick/release-10" not in clone.git.read("show-ref")


def test_what_to_do_about_a_conflict_is_told_last(pick, clone):
    later = clone.commit("Later (#13)", {"app.py": change(TEXT, 3, "fixed later")})
    told = pick("--fix", later, "--onto", "release-1", "--onto", "release-10").out.partition(HELP)[2]
    assert [line for line in told.splitlines() if not line.startswith("    ")] == [
        "  pick what is needed first, too, for a person to approve: add --with-prerequisites",
        "  let rules try to settle them, for a person to confirm: add --resolvers all",
        "  settle release-1 by hand, beside what is checked out; go on as git says:",
        "  settle release-10 by hand, beside what is checked out; go on as git says:",
    ]
    told = pick("--fix", clone.fix, "--onto", "release-10", "--resolvers", "all").out.partition(HELP)[2]
    assert [line for line in told.splitlines() if not line.startswith("    ")] == [
        "  settle release-10 by hand, beside what is checked out; go on as git says:"
    ]
    assert HELP not in pick("--fix", clone.fix, "--onto", "release-1").out


@pytest.mark.parametrize("kind", ["clone", "bare", "worktree", "folder with a space"])
def test_the_commands_for_a_person_lead_to_the_conflict(relauto, clone, tmp_path, kind):
    identify(clone)
    at = tmp_path / "other clone" / kind
    if kind == "worktree":
        clone.run("worktree", "add", "--quiet", "--detach", str(at))
    else:
        bare = ("--bare",) if kind == "bare" else ()
        Git(tmp_path).run("clone", "--quiet", *bare, str(clone.directory), str(at))
    told = relauto("pick", "--repo", str(at), "--fix", clone.fix, "--onto", "release-10").out
    status, where = type_commands(list_commands(told), tmp_path)
    assert status == 1
    there = Git(Path(where))
    assert there.read("rev-parse", "HEAD") == clone.git.read("rev-parse", "release-10")
    assert there.read("rev-parse", "CHERRY_PICK_HEAD") == clone.fix
    assert there.read("diff", "--name-only", "--diff-filter=U") == "app.py"


@pytest.mark.parametrize("kind", ["submodule", "submodule of a submodule", "worktree of a submodule"])
def test_the_commands_for_a_person_leave_the_project_around_a_submodule_alone(relauto, clone, tmp_path, kind):
    project, at = tmp_path / "work" / "shop", tmp_path / "work" / "shop" / "libs" / "till"
    add_submodule(project, clone.directory, "libs/till")
    if kind == "submodule of a submodule":
        project = tmp_path / "work" / "mall"
        add_submodule(project, at.parents[1], "shop")
        at = project / "shop" / "libs" / "till"
        update = ("submodule", "--quiet", "update", "--recursive", "--init")
        Git(project).run("-c", "protocol.file.allow=always", *update)
    before = Git(project).read("status", "--porcelain", "--ignored")
    if kind == "worktree of a submodule":
        Git(at).run("worktree", "add", "--quiet", "--detach", str(tmp_path / "beside"))
        at = tmp_path / "beside"
    told = relauto("pick", "--repo", str(at), "--fix", clone.fix, "--onto", "release-10").out
    status, where = type_commands(list_commands(told), tmp_path)
    assert (status, Path(where)) == (1, tmp_path / "work" / f"till-release-10-{clone.fix[:10]}")
    assert Git(Path(where)).read("rev-parse", "CHERRY_PICK_HEAD") == clone.fix
    assert Git(Path(where)).read("diff", "--name-only", "--diff-filter=U") == "app.py"
    assert Git(project).read("status", "--porcelain", "--ignored") == before


def test_a_merge_is_picked_by_hand_against_main(pick, clone, tmp_path):
    clone.switch("topic", clone.git.read("rev-parse", "main~"))
    clone.commit("Topic", {"app.py": change(TEXT, 30, "topic"), "more.py": "more\n"})
    clone.switch("main")
    merged = clone.merge("topic", "Merge the topic")
    clone.switch("release-10")
    clone.commit("In the way", {"more.py": "other\n"})
    told = pick("--fix", merged, "--onto", "release-10").out
    assert list_commands(told).splitlines()[-1] == f"git cherry-pick -x -m 1 {merged}"
    _, where = type_commands(list_commands(told), tmp_path)
    assert Git(Path(where)).read("diff", "--name-only", "--diff-filter=U") == "more.py"


def test_a_conflict_that_nothing_explains_says_that_it_was_tried(pick, clone):
    clone.switch("release-1")
    for number in range(7):
        clone.commit(f"Ours {number}", {"app.py": change(TEXT, 3, f"ours {number}")})
    told = mask(pick("--fix", clone.fix, "--onto", "release-1").out).splitlines()
    assert told[:2] == ["release-1: ID Fix the crash (#12): conflict", "  app.py (content)"]
    assert re.fullmatch(r"  what would make it clean was not found \(picks tried: [1-9]\d?\)", told[-1])


def test_what_a_person_pushed_stays_and_a_person_decides(pick, clone):
    identify(clone)
    branch = f"relauto/pick/release-1/{clone.fix[:10]}"
    clone.run("branch", branch, "release-10")
    ended = pick("--fix", clone.fix, "--onto", "release-1", "--write")
    assert ended.status == 3
    assert mask(ended.out).splitlines()[1] == (
        "  relauto/pick/release-1/ID is at ID, which is not what a pick makes alone; it was left as it is:"
        " put the pick there by hand, or delete the branch"
    )
    assert clone.git.read("rev-parse", branch) == clone.git.read("rev-parse", "release-10")


@pytest.mark.parametrize("way", [("--dry-run",), ()], ids=["own", "invoke"])
def test_a_dry_run_moves_nothing(relauto, pick, clone, way):
    before = clone.git.read("show-ref")
    arguments = ("--fix", clone.fix, "--onto", "release-1", "--write")
    ended = pick(*arguments, *way) if way else relauto("--dry", "pick", "--repo", "clone", *arguments)
    assert ended.status == 0
    assert mask(ended.out).splitlines()[1] == "  would create relauto/pick/release-1/ID"
    assert clone.git.read("show-ref") == before


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--onto", "release-1"), "there is nothing to pick: no fix was named\n  name it with --fix"),
        (("--fix", "main"), "there is nothing to pick onto: no line was named\n  name it with --onto"),
        (("--fix", "mian", "--onto", "release-1"), "has no commit called 'mian'\n  near names: main"),
        (("--fix", "main", "--onto", "release-3"), "has no branch called 'release-3'\n  near names: rel"),
        (("--fix", "main", "--onto", "hotfix-*"), "has no branch that matches 'hotfix-*'\n  see: git branch"),
        (("--fix", "main", "--onto", "--all"), "'--all' is not a revision"),
        (("--fix", "main", "--onto", "release-1", "--write"), "git does not know who commits the picks"),
    ],
)
def test_bad_input_ends_with_2_and_one_message(pick, arguments, what):
    ended = pick(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err


def test_where_no_repository_is_nothing_is_picked(relauto, tmp_path):
    ended = relauto("pick", "--fix", "main", "--onto", "release-1")
    assert (ended.status, "there is no git repository at ." in ended.err) == (2, True)


def test_lines_of_a_remote_are_found_and_differing_remotes_refused(relauto, pick, clone, tmp_path):
    clone.run("clone", "--quiet", str(clone.directory), str(tmp_path / "other"))
    arguments = ("pick", "--repo", "other", "--fix", clone.fix, "--json", "--onto", "release-*")
    found = relauto(*arguments).document["results"]
    assert [each["onto"] for each in found] == ["release-1", "release-2", "release-10"]
    Clone.run(clone, "-C", str(tmp_path / "other"), "remote", "add", "fork", str(clone.directory))
    clone.switch("release-1")
    clone.commit("Elsewhere", {"read.me": "elsewhere\n"})
    clone.run("-C", str(tmp_path / "other"), "fetch", "--quiet", "fork")
    ended = relauto(*arguments)
    assert ended.status == 2
    assert "'release-1' is ambiguous: fork/release-1" in ended.err


def test_an_absent_object_is_an_error_of_its_line_alone(pick, clone):
    clone.switch("release-1")
    clone.commit("Near", {"app.py": change(TEXT, 18, "near")})
    clone.switch("main")
    blob = clone.git.read("rev-parse", "release-1:app.py")
    (clone.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ended = pick("--fix", clone.fix, "--onto", "release-1", "--onto", "release-2", "--json")
    assert (ended.status, [each["status"] for each in ended.document["results"]]) == (2, ["error", "already"])
    assert blob in ended.document["results"][0]["error"]


def test_a_path_that_is_no_utf8_is_percent_encoded(pick, clone):
    odd = clone.commit("Odd", {"caf\udce9": "other\n"})
    document = pick("--fix", odd, "--onto", "release-10", "--json").document
    assert document["results"][0]["conflicts"] == [{"path": "caf%E9", "kind": "add/add"}]
    assert "caf%E9 (add/add)" in pick("--fix", odd, "--onto", "release-10").out


def test_who_changed_lines_whose_history_is_not_whole_is_not_told(pick, clone):
    blob = clone.git.read("rev-parse", "release-10:app.py")
    clone.switch("release-10")
    clone.commit("Again", {"app.py": change(TEXT, 3, "again")})
    clone.switch("main")
    (clone.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ended = pick("--fix", clone.fix, "--onto", "release-10")
    assert ended.status == 3
    assert mask(ended.out).splitlines()[1:] == ["  app.py (content)"]
    assert [line.partition(": ")[0] for line in ended.err.splitlines()] == [
        "whether earlier commits would help cannot be told",
        "who changed the lines in conflict cannot be told",
    ]


def test_prerequisites_are_picked_too_where_that_is_asked(pick, clone):
    identify(clone)
    later = clone.commit("Later (#13)", {"app.py": change(TEXT, 3, "fixed later")})
    asked = ("--fix", later, "--onto", "release-1", "--with-prerequisites", "--write")
    ended = pick(*asked)
    assert ended.status == 3
    assert mask(ended.out) == (
        "release-1: ID Fix the crash (#12): clean, the same patch, as ID\n"
        "  a prerequisite that nobody named: a change of its own, to be approved as one\n"
        "release-1: ID Later (#13): clean, the same patch, as ID\n"
        "  relauto/review/release-1/ID-ID was created\n"
        "  relauto/review/release-1/ID-ID is for a person to review; nothing is to be merged from it unseen\n"
    )
    branch = f"relauto/review/release-1/{clone.fix[:10]}-{later[:10]}"
    told = clone.git.read("log", "--reverse", "--format=%s|%b|", f"release-1..{branch}").replace("\n", "")
    assert told == (
        f"Fix the crash (#12)|It crashed.(cherry picked from commit {clone.fix})|"
        f"Later (#13)|(cherry picked from commit {later})|"
    )
    document = pick(*asked, "--json").document
    assert [(each["fix"], each["prerequisite"]) for each in document["results"]] == [
        (clone.fix, True),
        (later, False),
    ]
    assert document["branches"][0]["state"] == "there"


def test_what_has_to_be_picked_first_is_proved_and_told(pick, clone):
    later = clone.commit("Later (#13)", {"app.py": change(TEXT, 3, "fixed later")})
    ended = pick("--fix", later, "--onto", "release-1")
    assert mask(ended.out) == (
        "release-1: ID Later (#13): conflict\n"
        "  app.py (content)\n"
        "    changed before the fix, not on release-1: ID Fix the crash (#12) (Ada Engineer, 2026-01-05)\n"
        "  it is clean once these are picked first, in this order, and none of them can be left out:\n"
        "    ID Fix the crash (#12) (Ada Engineer, 2026-01-05), 2 lines; people take its like in about every"
        " second case: only files in conflict, by the fix's author shortly before\n"
    )
    (result,) = pick("--fix", later, "--onto", "release-1", "--json").document["results"]
    assert result["prerequisites"] == [
        {
            "commit": clone.fix,
            "subject": "Fix the crash (#12)",
            "pull": 12,
            "lines": 2,
            "taken": "often",
            "signs": ["only files in conflict", "by the fix's author shortly before"],
        }
    ]
    assert pick("--fix", later, "--fix", clone.fix, "--onto", "release-1").status == 0


LIKELIER = (
    "which is likelier: of 62 conflicts with both remedies people had committed what rules propose in 46, the"
    " fix as it is after its prerequisites in 6; where these had been picked first, there was none to count"
)
BESIDE = (
    "release-1: ID Later (#13): resolved by adjacent (high) as ID, for a person to confirm\n"
    "  app.py, from line 3, by adjacent (high)\n"
    "    before | fixed\n"
    "    before | line 4\n"
    "    line   | line 3\n"
    "    line   | line 4\n"
    "    fix    | fixed\n"
    "    fix    | fixed later\n"
    "    result | line 3\n"
    "    result | fixed later\n"
    "  without any rule it is clean once these are picked first, in this order, and none of them can be left"
    " out:\n"
    "    ID Fix the crash (#12) (Ada Engineer, 2026-01-05), 2 lines; people take its like in about every"
    " second case: only files in conflict, by the fix's author shortly before\n"
    f"  {LIKELIER}\n"
    "  the whole of it: git show FULL\n"
    "to pick what is needed first instead of what rules propose: add --with-prerequisites\n"
)


@pytest.fixture
def both(clone):
    """A fix of the line below the one that an earlier fix changed, which release-1 has not."""
    return clone.commit("Later (#13)", {"app.py": change(change(TEXT, 3, "fixed"), 4, "fixed later")})


def test_prerequisites_are_told_beside_what_resolvers_propose(pick, clone, both):
    asked = ("--fix", both, "--onto", "release-1", "--resolvers", "all")
    ended = pick(*asked)
    assert re.sub(r"\b[0-9a-f]{40}\b", "FULL", mask(ended.out)) == BESIDE
    assert ended.status == 3
    (result,) = pick(*asked, "--json").document["results"]
    assert [each["commit"] for each in result["prerequisites"]] == [clone.fix]
    assert (result["status"], result["remedies"]) == ("resolved", ["resolvers", "prerequisites"])
    (plain,) = pick(*asked[:4], "--json").document["results"]
    assert (plain["status"], plain["remedies"]) == ("conflict", ["prerequisites"])


def test_what_is_asked_for_by_name_comes_before_what_resolvers_propose(pick, clone, both):
    asked = ("--fix", both, "--onto", "release-1", "--resolvers", "all", "--with-prerequisites")
    ended = pick(*asked)
    assert mask(ended.out) == (
        "release-1: ID Fix the crash (#12): clean, the same patch, as ID\n"
        "  a prerequisite that nobody named: a change of its own, to be approved as one\n"
        "release-1: ID Later (#13): clean, the same patch, as ID\n"
        "  without prerequisites adjacent would settle it, for review: leave --with-prerequisites out\n"
        f"  {LIKELIER}\n"
    )
    told = ("fix", "prerequisite", "resolvers", "resolvers_instead")
    results = pick(*asked, "--json").document["results"]
    assert (ended.status, [[each[key] for key in told] for each in results]) == (
        3,
        [[clone.fix, True, [], []], [both, False, [], ["adjacent"]]],
    )
    named = ("--with-prerequisites", "--resolvers", "deletion", "--json")
    without = pick(*asked[:4], *named).document["results"]
    assert [each["resolvers_instead"] for each in without] == [[], []]


@pytest.fixture
def prepared(clone):
    """A fix that needs a commit first, of which a file is absent."""
    identify(clone)
    clone.early = clone.commit("Prepare", {"app.py": change(TEXT, 9, "prepared"), "read.me": "prepared\n"})
    blob = clone.git.read("rev-parse", "main:read.me")
    clone.fix = clone.commit("Later (#13)", {"app.py": change(TEXT, 9, "fixed later")})
    (clone.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    return clone


def test_a_prerequisite_of_which_files_are_absent_is_told_without_its_size(pick, prepared):
    prepared.run("branch", "release-11", prepared.early)
    asked = ("--fix", prepared.fix, "--onto", "release-1", "--onto", "release-11", "--write")
    why = "how large prerequisites are, and how often people take their like, cannot be told: "
    ended = pick(*asked, "--json")
    assert (ended.status, ended.err[: len(why)], ended.err.count("\n")) == (3, why, 1)
    assert [each["status"] for each in ended.document["results"]] == ["conflict", "clean"]
    assert ended.document["results"][0]["prerequisites"] == [
        {
            "commit": prepared.early,
            "subject": "Prepare",
            "pull": None,
            "lines": None,
            "taken": None,
            "signs": [],
        }
    ]
    assert [each["state"] for each in ended.document["branches"]] == ["none", "created"]
    assert mask(pick(*asked).out) == (
        "release-1: ID Later (#13): conflict\n"
        "  app.py (content)\n"
        "    changed before the fix, not on release-1: ID Prepare (Ada Engineer, 2026-01-05)\n"
        "  it is clean once these are picked first, in this order, and none of them can be left out:\n"
        "    ID Prepare (Ada Engineer, 2026-01-05), of a size that cannot be told here\n"
        "  relauto/pick/release-1/ID is not made, since not every fix applies\n"
        "release-11: ID Later (#13): clean, the same patch, as ID\n"
        "  relauto/pick/release-11/ID is there already\n"
    )


def test_any_number_of_fixes_is_written_and_found_again(pick, clone):
    identify(clone)
    fixes = [clone.commit(f"Fix {n}", {f"file{n}": f"{n}\n"}) for n in range(25)]
    asked = ("--fix", f"{fixes[0]}^..main", "--onto", "release-1", "--write", "--json")
    (first,) = pick(*asked).document["branches"]
    assert re.fullmatch(
        rf"relauto/pick/release-1/{fixes[0][:10]}-and-24-more-[0-9a-f]{{10}}", first["branch"]
    )
    assert clone.git.read("rev-list", "--count", f"release-1..{first['branch']}") == "25"
    (again,) = pick(*asked).document["branches"]
    assert (first["state"], again) == ("created", {**first, "state": "there"})
    (other,) = pick("--fix", f"{fixes[0]}^^..main", "--onto", "release-1", "--write", "--json").document[
        "branches"
    ]
    assert (other["state"], other["branch"] == first["branch"]) == ("created", False)


RESOLVED = (
    "release-10: ID Fix the next one: resolved by adjacent (high) as ID, for a person to confirm\n"
    "  app.py, from line 3, by adjacent (high)\n"
    "    before | line 3\n"
    "    before | line 4\n"
    "    line   | ours\n"
    "    line   | line 4\n"
    "    fix    | line 3\n"
    "    fix    | fixed too\n"
    "    result | ours\n"
    "    result | fixed too\n"
    "  release-10 changed the same: it would be clean without these:\n"
    "    ID Ours (#9) (Ada Engineer, 2026-01-05), 3 lines\n"
    "  the whole of it: git show FULL\n"
)


@pytest.fixture
def alone(clone):
    """A fix of the line below the one that release-10 changed."""
    clone.switch("work", "release-1")
    clone.fix = clone.commit("Fix the next one", {"app.py": change(TEXT, 4, "fixed too")})
    return clone


def test_resolvers_that_are_named_make_a_proposal_for_a_person(pick, alone):
    before = alone.git.read("show-ref")
    assert pick("--fix", alone.fix, "--onto", "release-10").out.splitlines()[0].endswith(": conflict")
    ended = pick("--fix", alone.fix, "--onto", "release-10", "--resolvers", "adjacent,tokens")
    assert re.sub(r"\b[0-9a-f]{40}\b", "FULL", mask(ended.out)) == RESOLVED
    assert (ended.status, ended.err, alone.git.read("show-ref")) == (3, "", before)
    made = ended.out.split()[-1]
    assert (
        alone.git.read("show", f"{made}:app.py") == change(change(TEXT, 3, "ours"), 4, "fixed too").rstrip()
    )


def test_a_program_reads_every_resolved_hunk(pick, alone):
    ended = pick("--fix", alone.fix, "--onto", "release-10", "--resolvers", "all", "--json")
    (result,) = ended.document["results"]
    told = ("status", "resolvers", "conflicts", "tree", "resolved")
    assert (ended.status, {key: result[key] for key in told}) == (
        3,
        {
            "status": "resolved",
            "resolvers": ["adjacent"],
            "conflicts": [{"path": "app.py", "kind": "content"}],
            "tree": alone.tree(result["commit"]),
            "resolved": [
                {
                    "path": "app.py",
                    "conflict": "app.py",
                    "deleted": False,
                    "command": None,
                    "hunks": [
                        {
                            "resolver": "adjacent",
                            "confidence": "high",
                            "start": 3,
                            "base": "line 3\nline 4\n",
                            "target": "ours\nline 4\n",
                            "fix": "line 3\nfixed too\n",
                            "result": "ours\nfixed too\n",
                        }
                    ],
                }
            ],
        },
    )


def test_what_was_resolved_stands_on_a_branch_for_review_alone(pick, alone):
    identify(alone)
    branch = f"relauto/review/release-10/{alone.fix[:10]}"
    told = [
        f"  {branch} was created",
        f"  {branch} is for a person to review; nothing is to be merged from it unseen",
    ]
    arguments = ("--fix", alone.fix, "--onto", "release-10", "--resolvers", "all", "--write")
    ended = pick(*arguments)
    assert (ended.status, ended.out.splitlines()[-2:]) == (3, told)
    assert "relauto/pick/" not in alone.git.read("show-ref")
    made = alone.git.read("rev-parse", branch)
    again = pick(*arguments, "--json")
    assert (again.status, again.document["branches"][0]["state"]) == (3, "there")
    assert alone.git.read("rev-parse", branch) == made
    trailer = alone.git.read("log", "-1", "--format=%B", branch).splitlines()[-1]
    assert trailer == f"(cherry picked from commit {alone.fix})"


def test_a_branch_for_review_is_renewed_where_the_line_has_moved(pick, alone):
    identify(alone)
    arguments = ("--fix", alone.fix, "--onto", "release-10", "--resolvers", "all", "--write", "--json")
    (first,) = pick(*arguments).document["branches"]
    alone.switch("release-10")
    tip = alone.commit("More", {"more": "more\n"})
    (second,) = pick(*arguments).document["branches"]
    assert (first["state"], second["state"]) == ("created", "renewed")
    assert alone.git.read("rev-parse", f"{second['branch']}^") == tip
    alone.switch(second["branch"])
    alone.commit("Looked at", {"app.py": "corrected\n"})
    alone.switch("main")
    assert pick(*arguments).document["branches"][0]["state"] == "refused"


def test_a_later_fix_is_picked_on_top_of_one_that_was_resolved(pick, alone):
    later = alone.commit("Later", {"app.py": change(change(TEXT, 4, "fixed too"), 15, "later")})
    words = ("--fix", alone.fix, "--fix", later, "--onto", "release-10", "--resolvers", "adjacent", "--json")
    first, second = pick(*words).document["results"]
    assert (first["status"], second["status"]) == ("resolved", "clean")
    assert alone.git.read("rev-parse", f"{second['commit']}^") == first["commit"]


SETTINGS = """
repositories = {source = "acme/stockroom", ops = "acme/ops"}
[[path_policies]]
pattern = "app.py"
take = "regenerate"
command = "make app.py"
"""


def test_the_settings_of_this_folder_say_which_side_counts(pick, clone, tmp_path):
    (tmp_path / "relauto.toml").write_text(SETTINGS)
    clone.fix = clone.commit("Both", {"app.py": change(TEXT, 3, "fixed again"), "read.me": "fixed\n"})
    words = ("--fix", clone.fix, "--onto", "release-10", "--resolvers")
    assert pick(*words, "adjacent").out.splitlines()[0].endswith(": conflict")
    lines = pick(*words, "policy").out.splitlines()
    assert lines[0].endswith("for a person to confirm")
    assert "  app.py is as on the line; make it anew: make app.py" in lines
    (tmp_path / "relauto.toml").write_text(SETTINGS.replace("command", "comand"))
    ended = pick(*words, "policy")
    assert (ended.status, "did you mean 'command'?" in ended.err) == (2, True)


def test_a_resolver_that_there_is_not_is_refused(pick, clone):
    ended = pick("--fix", clone.fix, "--onto", "release-10", "--resolvers", "adjacent,magic")
    assert (ended.status, ended.out) == (2, "")
    assert "there is no resolver 'magic'" in ended.err


def test_what_is_known_by_its_ids_alone_is_named(pick, clone):
    clone.switch("release-1")
    clone.commit("Logo", {"logo.png": b"\0ours\n", "app.py": change(TEXT, 15, "ours")})
    clone.switch("main")
    clone.commit("Logo", {"logo.png": b"\0ours\n"})
    info = clone.directory / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text("app.py -diff\n")
    call = ("--fix", clone.fix, "--onto", "release-1")
    assert mask(pick(*call).out) == (
        "release-1: ID Fix the crash (#12): clean, another patch than the fix's: look at it "
        "(not compared, since binary or too large: app.py), as ID\n"
    )
    (result,) = pick(*call, "--json").document["results"]
    assert (result["verdict"], result["uncompared"]) == ("changed", ["app.py"])
