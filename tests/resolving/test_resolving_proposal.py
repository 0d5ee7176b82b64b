"""What is proposed for picks that conflict, with real git; and what is not."""

import pytest

from relauto.comms.resolved import tell_files
from relauto.git.commit import EMPTY_TREE
from relauto.git.runner import GitError
from relauto.git.tree import Entry, write_files
from relauto.model.resolution import ResolvedFile, ResolvedHunk
from relauto.resolving.merging import LARGEST
from relauto.resolving.names import ALL, RESOLVERS
from relauto.resolving.proposal import propose
from relauto.settings.changes import PathPolicy

BASE = "".join(f"{number} green bottles\n" for number in range(1, 11))


def change(text, number, to):
    lines = text.splitlines(keepends=True)
    lines[number - 1] = to
    return "".join(lines)


def lines(text):
    return tuple(line.encode() for line in text.splitlines(keepends=True))


OURS = change(BASE, 5, "5 blue bottles\n")
THEIRS = change(BASE, 6, "6 red bottles\n")
BOTH = change(OURS, 6, "6 red bottles\n")


def test_changes_side_by_side_are_both_made_and_told(make_case):
    case = make_case({"app.py": BASE}, {"app.py": OURS, "ours": "ours\n"}, {"app.py": THEIRS, "new": "new\n"})
    proposal = case.propose("adjacent")
    hunk = ResolvedHunk(
        "adjacent",
        "high",
        5,
        lines("5 green bottles\n6 green bottles\n"),
        lines("5 blue bottles\n6 green bottles\n"),
        lines("5 green bottles\n6 red bottles\n"),
        lines("5 blue bottles\n6 red bottles\n"),
    )
    assert proposal.files == (ResolvedFile("app.py", BOTH.encode(), (hunk,)),)
    assert (proposal.resolvers, proposal.confidence, proposal.commands) == (("adjacent",), "high", ())
    assert case.files(proposal) == {
        "app.py": BOTH.encode(),
        "new": b"new\n",
        "ours": b"ours\n",
        "read.me": b"read me\n",
    }
    assert case.propose("adjacent") == proposal


def test_what_is_not_named_does_nothing(make_case):
    case = make_case({"app.py": BASE}, {"app.py": OURS}, {"app.py": THEIRS})
    assert case.propose() is None
    assert case.propose("absent", "deletion", "moved", "policy") is None


def test_a_case_is_settled_as_a_whole_or_not_at_all(make_case):
    same = change(BASE, 5, "5 purple bottles\n")
    case = make_case(
        {"app.py": BASE, "other.py": BASE},
        {"app.py": OURS, "other.py": OURS},
        {"app.py": THEIRS, "other.py": same},
    )
    assert [conflict.path for conflict in case.merged.conflicts] == ["app.py", "other.py"]
    assert case.propose(*RESOLVERS) is None


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"the end\n", b"the end", b"caf\xe9 and \xff\xfe"])
def test_every_byte_around_a_resolved_hunk_stays(make_case, ending, last):
    def write(text):
        return text.encode().replace(b"\n", ending) + last

    case = make_case({"app.py": write(BASE)}, {"app.py": write(OURS)}, {"app.py": write(THEIRS)})
    assert case.files(case.propose("adjacent"))["app.py"] == write(BOTH)


def test_a_line_that_ends_without_a_line_feed_is_not_run_together_with_another(make_case):
    case = make_case({"app.py": "one\ntwo"}, {"app.py": "one\ntwo words more"}, {"app.py": "one\ntwo\nthree"})
    assert case.propose(*RESOLVERS) is None


LONG = ("x" * 99 + "\n") * (LARGEST // 100 + 1)


@pytest.mark.parametrize(
    ("more", "kind"),
    [("<<<<<<< ours\n", "content"), ("\0\n", "binary"), (LONG, "content")],
    ids=["markers", "binary", "long"],
)
def test_a_file_with_markers_or_too_long_or_no_text_is_left(make_case, more, kind):
    case = make_case({"app.py": BASE + more}, {"app.py": OURS + more}, {"app.py": THEIRS + more})
    assert [conflict.kind for conflict in case.merged.conflicts] == [kind]
    assert case.propose(*RESOLVERS) is None


MORE = ("y" * 99 + "\n") * (LARGEST // 60)
UNREAD = {
    "content": ({"app.py": BASE + LONG}, {"app.py": OURS + LONG}, {"app.py": THEIRS + LONG}),
    "modify/delete": (
        {"app.py": BASE + LONG},
        {"app.py": None, "new.py": LONG + MORE},
        {"app.py": THEIRS + LONG},
    ),
}


@pytest.mark.parametrize("policies", [[], [PathPolicy("app.py", "fix")]], ids=["rules", "policy"])
@pytest.mark.parametrize("kind", UNREAD)
def test_a_file_that_is_too_long_is_not_read(make_case, clone, kind, policies):
    case = make_case(*UNREAD[kind])
    merged = case.merged
    assert [conflict.kind for conflict in merged.conflicts] == [kind]
    assert case.propose(*RESOLVERS, policies=policies) is None
    (conflict,) = merged.conflicts
    cut_short(clone, conflict.theirs.id)
    with pytest.raises(GitError):
        case.repository.git.run("cat-file", "blob", conflict.theirs.id)
    assert propose(case.repository, case.fix, case.tip, merged, RESOLVERS, policies) is None


def cut_short(clone, blob):
    """Leave of a loose object what tells its size, and nothing behind."""
    path = clone.directory / ".git" / "objects" / blob[:2] / blob[2:]
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[: len(content) // 2])


def test_a_mode_is_merged_and_kept(make_case, clone):
    case = make_case({"run": BASE}, {"run": OURS}, {"run": THEIRS})
    clone.run("checkout", "--quiet", "line")
    (clone.directory / "run").chmod(0o755)
    case.tip = clone.commit("Make it run")
    tree = case.propose("adjacent").tree
    assert clone.run("ls-tree", tree, "run").startswith("100755 blob ")


def test_a_file_that_the_fix_deletes_goes(make_case):
    case = make_case({"app.py": BASE}, {"app.py": OURS}, {"app.py": None})
    assert case.propose("adjacent", "moved") is None
    proposal = case.propose("deletion")
    hunk = ResolvedHunk("deletion", "high", 1, lines(BASE), lines(OURS), (), ())
    assert proposal.files == (ResolvedFile("app.py", None, (hunk,)),)
    assert case.files(proposal) == {"read.me": b"read me\n"}


def test_the_folder_of_the_last_file_that_goes_is_no_more(make_case, clone):
    case = make_case({"lib/app.py": BASE}, {"lib/app.py": OURS}, {"lib/app.py": None})
    assert clone.run("ls-tree", "-r", "-t", "--name-only", case.propose("deletion").tree) == "read.me"


def test_a_file_that_the_line_deleted_is_not_brought_back(make_case):
    case = make_case({"app.py": BASE}, {"app.py": None}, {"app.py": THEIRS})
    assert case.propose(*RESOLVERS) is None


def test_a_fix_follows_a_file_that_is_still_a_little_like_it(make_case):
    kept, other = BASE * 2, "".join(f"{number} other words\n" for number in range(25))
    case = make_case(
        {"old/app.py": kept},
        {"old/app.py": None, "new/program.py": kept + other, "new/more.py": other},
        {"old/app.py": change(kept, 9, "9 red bottles\n")},
    )
    assert [conflict.kind for conflict in case.merged.conflicts] == ["modify/delete"]
    assert case.propose("adjacent", "tokens", "deletion") is None
    proposal = case.propose("moved")
    hunk = ResolvedHunk(
        "moved", "medium", 9, *[lines("9 green bottles\n")] * 2, *[lines("9 red bottles\n")] * 2
    )
    content = (change(kept, 9, "9 red bottles\n") + other).encode()
    assert proposal.files == (ResolvedFile("new/program.py", content, (hunk,), conflict="old/app.py"),)
    assert set(case.files(proposal)) == {"read.me", "new/program.py", "new/more.py"}


NEW = "".join(f"{number} new words, many of them, in lines of some length\n" for number in range(60))


def test_a_fix_follows_a_file_by_its_name_if_one_alone_is_called_so(make_case):
    files = {"old/app.py": None, "new/app.py": BASE + NEW}
    case = make_case({"old/app.py": BASE}, files, {"old/app.py": change(BASE, 5, "5 red bottles\n")})
    proposal = case.propose("moved")
    hunk = ResolvedHunk("moved", "low", 5, *[lines("5 green bottles\n")] * 2, *[lines("5 red bottles\n")] * 2)
    content = (change(BASE, 5, "5 red bottles\n") + NEW).encode()
    file = ResolvedFile("new/app.py", content, (hunk,), conflict="old/app.py", by_name=True)
    assert proposal.files == (file,)
    assert set(case.files(proposal)) == {"read.me", "new/app.py"}
    assert next(tell_files(proposal)) == (
        "  new/app.py, which is called like old/app.py, from line 5, by moved (low)"
    )


def test_a_file_that_is_only_called_so_is_not_the_one(make_case):
    old = (
        "import os\n\n\ndef check(user):\n    return user.ok\n\n\ndef login(user):\n    return check(user)\n"
    )
    other = "import os\n\n\nRATE = 3\n\n\ndef price(order):\n    return order.total * RATE\n" + NEW
    fixed = change(old, 1, "import os\nimport hmac\n")
    case = make_case(
        {"auth/util.py": old}, {"auth/util.py": None, "billing/util.py": other}, {"auth/util.py": fixed}
    )
    assert [conflict.kind for conflict in case.merged.conflicts] == ["modify/delete"]
    assert case.propose(*RESOLVERS) is None


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(change(BASE, 3, "3 blue bottles\n"), id="changed near the fix"),
        pytest.param(change(BASE, 5, "5 red bottles\n"), id="fixed already"),
        pytest.param(BASE + "between\n" + BASE, id="there twice"),
    ],
)
def test_by_its_name_alone_a_file_must_hold_the_lines_around_the_fix_once(make_case, there):
    files = {"old/app.py": None, "new/app.py": NEW + there}
    fixed = {"old/app.py": change(BASE, 5, "5 red bottles\n"), "more": "more\n"}
    assert make_case({"old/app.py": BASE}, files, fixed).propose(*RESOLVERS) is None


def test_a_few_lines_do_not_tell_that_a_file_is_the_one(make_case):
    files = {"old/app.py": None, "new/app.py": "import os\nimport re\n" + NEW}
    fixed = {"old/app.py": "import hmac\nimport os\nimport re\n"}
    assert make_case({"old/app.py": "import os\nimport re\n"}, files, fixed).propose(*RESOLVERS) is None


@pytest.mark.parametrize("text", [BASE, THEIRS], ids=["alone", "with the text"])
def test_a_mode_that_the_fix_changes_is_not_lost_where_the_file_is_elsewhere(make_case, clone, text):
    other = "".join(f"{number} other words\n" for number in range(15))
    case = make_case(
        {"old/run.sh": BASE, "app.py": BASE},
        {"old/run.sh": None, "new/run.sh": BASE + other, "app.py": OURS},
        {"old/run.sh": text, "app.py": THEIRS},
    )
    (clone.directory / "old/run.sh").chmod(0o755)
    clone.run("add", "old/run.sh")
    clone.run("commit", "--quiet", "--amend", "--no-edit")
    case.fix = case.repository.resolve("main")
    kinds = {conflict.path: conflict.kind for conflict in case.merged.conflicts}
    assert kinds == {"old/run.sh": "modify/delete", "app.py": "content"}
    assert case.propose(*RESOLVERS) is None


def test_of_two_files_of_that_name_neither_is_the_one(make_case):
    files = {
        "old/app.py": None,
        "new/app.py": BASE + NEW,
        "newer/app.py": NEW + BASE,
    }
    case = make_case({"old/app.py": BASE}, files, {"old/app.py": change(BASE, 5, "5 red bottles\n")})
    assert case.propose("moved") is None


def test_a_file_that_moved_may_have_the_change_already(make_case):
    other = "".join(f"{number} other words\n" for number in range(15))
    files = {"app.py": None, "new.py": THEIRS + other}
    case = make_case({"app.py": BASE}, files, {"app.py": THEIRS, "more.py": "more\n"})
    proposal = case.propose("moved")
    assert proposal.files == (ResolvedFile("new.py", (THEIRS + other).encode(), (), conflict="app.py"),)
    assert (proposal.resolvers, proposal.confidence) == (("moved",), "low")


def test_a_conflict_in_a_file_that_moved_needs_a_resolver_too(make_case):
    other = "".join(f"{number} other words\n" for number in range(15))
    case = make_case({"app.py": BASE}, {"app.py": None, "new.py": OURS + other}, {"app.py": THEIRS})
    assert case.propose("moved") is None
    proposal = case.propose("moved", "adjacent")
    assert case.files(proposal)["new.py"] == (BOTH + other).encode()
    assert (proposal.resolvers, proposal.confidence) == (("adjacent", "moved"), "medium")


@pytest.mark.parametrize("place", [6, 9], ids=["in the region", "elsewhere in the file"])
def test_a_line_that_the_line_has_put_in_itself_is_not_put_in_twice(make_case, place):
    guard = "if bottles is None: return\n"
    ours = change(BASE, place, f"{place} green bottles\n{guard}")
    case = make_case(
        {"app.py": BASE},
        {"app.py": change(ours, 5, "5 green bottle\n")},
        {"app.py": change(BASE, 5, "5 green bottles\n" + guard)},
    )
    assert [conflict.kind for conflict in case.merged.conflicts] == ["content"]
    assert case.propose(*RESOLVERS) is None


@pytest.mark.parametrize("trivial", ["}", "end", "pass", "else:", '"""'])
def test_a_line_that_says_little_may_be_put_in_once_more(make_case, trivial):
    ours = change(BASE, 9, f"9 green bottles\n{trivial}\n")
    theirs = change(BASE, 5, f"5 green bottles\n{trivial}\n")
    case = make_case({"app.py": BASE}, {"app.py": change(ours, 5, "5 green bottle\n")}, {"app.py": theirs})
    expected = change(ours, 5, f"5 green bottle\n{trivial}\n").encode()
    assert case.files(case.propose("adjacent"))["app.py"] == expected


def test_a_line_that_the_line_has_only_moved_does_not_count_as_put_in(make_case):
    moved = change(change(BASE, 9, ""), 1, "9 green bottles\n1 green bottles\n")
    case = make_case(
        {"app.py": BASE},
        {"app.py": change(moved, 6, "5 green bottle\n")},
        {"app.py": change(BASE, 5, "5 green bottles\n9 green bottles\n")},
    )
    expected = change(moved, 6, "5 green bottle\n9 green bottles\n").encode()
    assert case.files(case.propose("adjacent"))["app.py"] == expected


def test_what_the_line_deleted_stays_away_where_that_is_asked_for(make_case):
    gone = change(BASE, 5, "")
    case = make_case(
        {"app.py": BASE}, {"app.py": gone}, {"app.py": change(THEIRS, 5, "5 red bottles\n"), "new": "new\n"}
    )
    assert case.propose(*ALL) is None
    wider = change(gone, 5, "")
    case.tip = case.repository.write_commit(
        case.repository.write_files(case.merged.tree, {"app.py": wider.encode(), "new": None}),
        [case.tip],
        "Wider",
        *[case.repository.commit(case.fix).author] * 2,
    )
    proposal = case.propose("absent")
    assert (proposal.resolvers, proposal.confidence) == (("absent",), "low")
    assert case.files(proposal)["app.py"] == wider.encode()


def test_where_nothing_of_the_fix_is_left_nothing_is_proposed(make_case):
    case = make_case(
        {"app.py": BASE}, {"app.py": change(BASE, 5, "")}, {"app.py": change(BASE, 5, "5 red bottles\n")}
    )
    assert case.propose("absent") is None


POLICIES = {
    "line": (PathPolicy("*.lock", "line"), b"ours\n", None),
    "fix": (PathPolicy("*.lock", "fix"), b"theirs\n", None),
    "regenerate": (PathPolicy("web/*", "regenerate", "make lock"), b"ours\n", "make lock"),
}


@pytest.mark.parametrize("take", POLICIES)
def test_the_settings_say_which_side_counts(make_case, take):
    policy, content, command = POLICIES[take]
    case = make_case(
        {"web/app.lock": "base\n"},
        {"web/app.lock": "ours\n"},
        {"web/app.lock": "theirs\n", "app.py": "fixed\n"},
    )
    assert case.propose(*RESOLVERS) is None
    assert case.propose("adjacent", policies=[policy]) is None
    other = PathPolicy("*.txt", "fix")
    assert case.propose("policy", policies=[other]) is None
    proposal = case.propose("policy", policies=[other, policy])
    hunk = ResolvedHunk("policy", "high", 1, (b"base\n",), (b"ours\n",), (b"theirs\n",), (content,))
    assert proposal.files == (ResolvedFile("web/app.lock", content, (hunk,), command=command),)
    assert proposal.commands == ((("web/app.lock", command),) if command else ())
    assert case.files(proposal)["web/app.lock"] == content


def test_a_side_with_markers_is_not_taken(make_case):
    marked = {"app.lock": "<<<<<<< ours\n", "app.py": "fixed\n"}
    case = make_case({"app.lock": "base\n"}, {"app.lock": "ours\n"}, marked)
    assert case.propose("policy", policies=[PathPolicy("*.lock", "fix")]) is None
    assert case.propose("policy", policies=[PathPolicy("*.lock", "line")])


@pytest.mark.parametrize("take", ["line", "fix"])
def test_a_side_may_be_that_there_is_no_file(make_case, take):
    case = make_case(
        {"app.lock": "base\n"}, {"app.lock": None}, {"app.lock": "theirs\n", "app.py": "fixed\n"}
    )
    proposal = case.propose("policy", policies=[PathPolicy("*.lock", take)])
    assert case.files(proposal).get("app.lock") == {"line": None, "fix": b"theirs\n"}[take]


def test_links_are_left_to_people(make_case):
    case = make_case({"app.py": BASE}, {"app.py": OURS}, {"app.py": THEIRS})
    repository, who = case.repository, case.repository.commit(case.fix).author

    def write(target, *parents):
        blob = repository.store.write("blob", target)
        tree = write_files(repository.store, EMPTY_TREE, {"link": Entry("120000", blob)})
        return repository.write_commit(tree, parents, "Link", who, who)

    base = write(b"a")
    case.tip, case.fix = write(b"b", base), write(b"c", base)
    assert [conflict.path for conflict in case.merged.conflicts] == ["link"]
    assert case.propose(*RESOLVERS, policies=[PathPolicy("link", "fix")]) is None
