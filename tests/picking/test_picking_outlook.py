"""What is foretold of a change that is not merged is what picking it does once it is."""

from functools import partial

import pytest

from relauto.errors import InputError
from relauto.model.names import Branch
from relauto.picking.explanation import explain
from relauto.picking.fanout import Line, pick_series
from relauto.picking.outlook import foresee, read_change

TEXT = "".join(f"line {number}\n" for number in range(1, 21))


@pytest.fixture
def product(clone):
    """A line, main, which went on, and a branch `fix` of two commits."""
    clone.commit("First", {"app.py": TEXT, "read.me": "read me\n"})
    clone.run("branch", "line")
    clone.early = clone.commit("Prepare (#7)", {"app.py": TEXT.replace("line 9\n", "line nine\n")})
    clone.switch("fix", "main")
    clone.one = clone.commit(
        "Fix one half\n\nOf it.\n", {"app.py": read(clone).replace("line 3\n", "fixed\n")}
    )
    clone.two = clone.commit("Fix the other half", {"other.py": "other\n"})
    clone.switch("main")
    clone.commit("Go on", {"on.py": "on\n"})
    return clone


def read(clone):
    return (clone.directory / "app.py").read_text()


@pytest.fixture
def look(product, repository, committer):
    def ask(method="squash"):
        main, head = repository.resolve("main"), repository.resolve("fix")
        change = read_change(repository, main, head, method=method)
        line = Line(Branch("line"), repository.resolve("line"))
        search = partial(explain, repository)
        return change, foresee(repository, change.fixes, line, committer=committer, explain=search)

    return ask


def states(outlook):
    return [each.pick.status for each in outlook.series.picked]


def test_a_squash_is_one_commit_with_the_words_of_the_first(look, product, repository):
    before = product.git.read("show-ref")
    change, outlook = look()
    (fix,) = change.fixes
    assert (outlook.state, outlook.needs, states(outlook)) == ("clean", (), ["clean"])
    assert repository.commit(fix).subject == "Fix one half"
    assert (change.base, change.head, change.conflicts) == (product.early, product.two, ())
    assert product.git.read("show-ref") == before


def test_a_rebase_is_each_commit(look, product):
    change, outlook = look("rebase")
    assert (change.fixes, states(outlook), outlook.state) == (
        (product.one, product.two),
        ["clean"] * 2,
        "clean",
    )


@pytest.mark.parametrize("method", ["squash", "rebase"])
def test_the_tree_is_that_of_the_pick_once_it_is_merged(look, product, repository, committer, method):
    _, outlook = look(method)
    product.switch("main")
    if method == "squash":
        product.run("merge", "--quiet", "--squash", "fix")
        fixes = [product.commit("Fix it (#12)")]
    else:
        product.run("cherry-pick", product.one, product.two)
        fixes = repository.list_commits("main~2..main")
    line = Line(Branch("line"), repository.resolve("line"))
    made = pick_series(repository, fixes, line, committer=committer)
    assert product.tree(outlook.series.head) == product.tree(made.head)


def test_main_merged_into_the_branch_is_no_part_of_it(look, product):
    product.switch("fix")
    product.merge("main", "Merge main")
    product.commit("More", {"more.py": "more\n"})
    change, outlook = look()
    assert set(product.run("diff", "--name-only", change.base, change.fixes[0]).split()) == {
        "app.py",
        "other.py",
        "more.py",
    }
    assert outlook.state == "clean"
    assert len(look("rebase")[0].fixes) == 3


def test_what_is_needed_first_is_proved(look, product):
    product.switch("fix")
    product.commit(
        "Fix what was prepared", {"app.py": read(product).replace("line nine\n", "line 9, fixed\n")}
    )
    for method in ("squash", "rebase"):
        _, outlook = look(method)
        assert (outlook.state, outlook.needs) == ("needs", (product.early,))


def test_what_nothing_settles_is_a_conflict(look, product):
    product.switch("line")
    product.commit("Ours", {"app.py": TEXT.replace("line 3\n", "ours\n")})
    _, outlook = look("rebase")
    assert (outlook.state, outlook.needs, states(outlook)) == ("conflict", (), ["conflict", "clean"])


def test_what_the_line_has_is_there(look, product):
    product.switch("line")
    product.run("cherry-pick", "-x", product.one, product.two)
    assert look("rebase")[1].state == "already"
    assert look()[1].state == "already"


def test_a_conflict_with_main_itself_is_told(look, product):
    product.commit("In the way", {"app.py": read(product).replace("line 3\n", "main's\n")})
    assert look()[0].conflicts == ("app.py",)


def test_what_is_merged_or_of_another_history_is_refused(look, product):
    product.merge("fix", "Merge pull request #12 from acme/fix")
    with pytest.raises(InputError, match="is merged already"):
        look()
    product.run("checkout", "--quiet", "--orphan", "island")
    product.commit("Island", {"island": "island\n"})
    product.run("branch", "-f", "fix", "island")
    with pytest.raises(InputError, match="shares no history"):
        look()


def test_where_the_history_is_not_whole_a_conflict_is_told_without_a_way_out(look, product):
    product.switch("main")
    product.commit("Prepare more", {"app.py": read(product).replace("line nine\n", "line nine!\n")})
    blob = product.git.read("rev-parse", "main:app.py")
    product.commit("And more", {"app.py": read(product).replace("line nine!\n", "line nine?\n")})
    product.run("checkout", "--quiet", "-B", "fix", "main")
    product.commit("Fix it", {"app.py": read(product).replace("line nine?\n", "fixed\n")})
    assert look()[1].state == "needs"
    (product.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    _, outlook = look()
    assert (outlook.state, outlook.needs) == ("conflict", ())
