"""What is foretold of a pick is what picking then does."""

import pytest

from relauto.git.errors import MissingObjectError
from relauto.model.names import Commit
from relauto.picking.forecast import Forecast, forecast
from relauto.picking.pick import pick
from relauto.resolving.proposal import propose

TEXT = "".join(f"line {number}\n" for number in range(1, 21))


@pytest.fixture
def product(clone):
    """A release branch `line` and main, which went on; a branch `fix` of two commits grows from main."""
    clone.commit("First", {"app.py": TEXT, "read.me": "read me\n"})
    clone.run("branch", "line")
    clone.commit("Go on", {"new.py": "new\n"})
    clone.run("checkout", "--quiet", "-b", "fix")
    clone.commit("Fix one half", {"app.py": TEXT.replace("line 3\n", "fixed\n")})
    return clone


def tip(clone, name):
    return Commit(clone.run("rev-parse", name))


def foretell(clone, repository, settle=None):
    head, onto, main = (tip(clone, name) for name in ("fix", "line", "main"))
    return forecast(repository, head, onto, since=main, propose=settle)


def test_a_change_that_applies_is_clean_though_main_went_on(product, repository):
    product.commit("Fix the other half", {"other.py": "other\n"})
    assert foretell(product, repository) == Forecast("clean")
    product.switch("main")
    product.commit("Go on again", {"app.py": TEXT.replace("line 9\n", "line nine\n")})
    product.switch("fix")
    product.run("merge", "--quiet", "--no-edit", "main")
    assert foretell(product, repository) == Forecast("clean"), "main's own changes are no part of it"


def test_a_conflict_names_its_paths_as_the_pick_does(product, repository, committer):
    product.commit("Fix what the line lacks", {"new.py": "newer\n"})
    product.switch("main")
    product.run("merge", "--quiet", "--squash", "fix")
    squashed = product.commit("Fix it", {})
    picked = pick(repository, [squashed], tip(product, "line"), committer=committer)
    paths = tuple(conflict.path for conflict in picked.conflicts)
    assert paths == ("new.py",)
    assert forecast(repository, squashed, tip(product, "line")) == Forecast("conflict", paths)
    product.run("reset", "--quiet", "--hard", f"{squashed}^")
    assert foretell(product, repository) == Forecast("conflict", paths)


def test_what_resolvers_would_make_of_a_conflict_is_told_apart_from_one_that_stays(product, repository):
    product.switch("line")
    product.commit("Change the next", {"app.py": TEXT.replace("line 4\n", "line four\n")})
    product.switch("fix")

    def settle(fix, onto, merged):
        return propose(repository, fix, onto, merged, ("adjacent",))

    assert foretell(product, repository) == Forecast("conflict", ("app.py",))
    assert foretell(product, repository, settle) == Forecast("proposed", ("app.py",), ("adjacent",))
    product.commit("Fix what the line lacks", {"new.py": "newer\n"})
    assert foretell(product, repository, settle) == Forecast("conflict", ("app.py", "new.py")), "all or none"


def test_what_resolvers_cannot_look_at_stays_a_conflict(product, repository):
    def settle(fix, onto, merged):
        raise MissingObjectError("1" * 40, "the clone")

    product.commit("Fix what the line lacks", {"new.py": "newer\n"})
    assert foretell(product, repository, settle) == Forecast("conflict", ("new.py",))


def test_what_the_line_has_changes_nothing(product, repository):
    product.switch("line")
    product.commit("The same by hand", {"app.py": TEXT.replace("line 3\n", "fixed\n")})
    assert foretell(product, repository) == Forecast("already")


def test_what_is_not_there_is_not_foretold(product, repository):
    gone = Commit("1" * 40)
    assert forecast(repository, gone, tip(product, "line"), since=tip(product, "main")) == Forecast("unknown")
    assert forecast(repository, tip(product, "fix"), gone, since=tip(product, "main")) == Forecast("unknown")
    assert forecast(repository, tip(product, "fix"), tip(product, "line"), since=gone) == Forecast("unknown")
