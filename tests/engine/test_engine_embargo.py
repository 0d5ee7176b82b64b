"""Embargoed work: nothing of it is public before the release's door, and all of it is after."""

from dataclasses import replace

import pytest

from relauto import embargo
from relauto.errors import InputError, Status
from relauto.git.runner import Git
from relauto.model.debt import list_unpaid
from relauto.model.names import RepositoryName
from tests.engine.agreement import agree
from tests.engine.conftest import BOT, CHECK, CI, LINE, MAIN, OPS, PEOPLE, QA, SOURCE, TARGET

pytestmark = pytest.mark.path

PRIVATE = RepositoryName("acme-security/stockroom")
SETTINGS = f'repositories.private = "{PRIVATE}"\n'
HIDDEN = {"fix": "fix/line", "visibility": "embargoed", "base": "tag", "order": "line-first"}


def serve_private(world):
    access = dict.fromkeys((BOT, CI, *PEOPLE), "write")
    world.hub.add_repository(
        PRIVATE, world.root / "private.git", private=True, default_branch=MAIN, access=access
    )


@pytest.fixture
def world(at):
    """A world with a private mirror of the product, and a fix begun there on the last release."""
    world = at("blank")
    world.commit_on("release-1.0", "Unreleased", {"more.txt": "more\n"})
    Git(world.root).run("clone", "--quiet", "--mirror", str(world.root / "product.git"), "private.git")
    private = world.root / "private.git"
    Git(private).run("config", "remote.origin.mirror", "false")
    serve_private(world)
    world.hub.protect(PRIVATE, LINE, required_checks=[CHECK], reviews=1)
    public = world.root / "product.git"
    world.product.run("branch", "fix/line", "v1.0.0")
    world.cherry_pick(world.head("fix/crash"), "fix/line")
    Git(private).run("fetch", "--quiet", str(public), "fix/line:fix/line")
    world.product.run("branch", "-D", "fix/line")
    world.product.run("branch", "-D", "fix/crash")
    return world


class Side:
    """People at work in one of the two repositories."""

    def __init__(self, world, name, folder):
        self.world, self.name, self.git = world, name, Git(world.root / folder)

    def pulls(self):
        return {
            each["number"]: each
            for each in self.world.api(BOT).pages(f"repos/{self.name}/pulls", state="all")
        }

    def pass_pull(self, number):
        head = self.pulls()[number]["head"]["sha"]
        self.check(head)
        body = {"commit_id": head, "event": "APPROVE", "body": "Read."}
        self.world.api("rae-reviewer").post(f"repos/{self.name}/pulls/{number}/reviews", body)

    def check(self, commit):
        run = {"name": CHECK, "head_sha": commit, "status": "completed", "conclusion": "success"}
        self.world.api(CI).post(f"repos/{self.name}/check-runs", run)

    def seen(self):
        """Return all that the public could see of the work."""
        api = self.world.api("mallory")
        return (
            self.git.read("for-each-ref", "--format=%(refname) %(objectname)"),
            list(self.pulls()),
            list(api.pages(f"repos/{self.name}/issues", state="all")),
            [each["name"] for each in api.pages(f"repos/{self.name}/labels")],
            [each["tag_name"] for each in api.pages(f"repos/{self.name}/releases")],
        )


@pytest.fixture
def public(world):
    return Side(world, SOURCE, "product.git")


@pytest.fixture
def private(world):
    return Side(world, PRIVATE, "private.git")


def reach_release_door(world, private):
    """Take the fix to the door of its release, a plan before every run; return the last outcome."""
    world.open(SETTINGS, **HIDDEN)
    agree(world, SETTINGS)
    world.decide("no: nothing to try")
    private.pass_pull(1)
    agree(world, SETTINGS)
    world.approve("prepare.merge")
    agree(world, SETTINGS)
    private.pass_pull(2)
    agree(world, SETTINGS)
    private.check(private.git.read("rev-parse", "v1.0.1-rc1^{commit}"))
    return agree(world, SETTINGS)


def approve_release(world):
    """Two people say yes: nobody of QA has signed."""
    world.approve("prepare.release")
    world.approve("prepare.release", by="sasha-rm")


def test_nothing_is_public_before_the_release_door(world, public, private):
    before = public.seen()
    (stop,) = reach_release_door(world, private).stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert public.seen() == before
    assert [each["base"]["ref"] for each in private.pulls().values()] == ["relauto/emergency/1.0.1"] * 2


@pytest.mark.slow
def test_the_release_brings_branch_tag_and_files_to_the_public_in_one_go(world, public, private):
    reach_release_door(world, private)
    approve_release(world)
    outcome = agree(world, SETTINGS)
    assert {stop.place.step: stop.status for stop in outcome.stops} == {
        "deploy.send": Status.DECISION,
        "debt.line": Status.WAITING,
        "debt.main": Status.WAITING,
    }
    released = public.git.read("rev-parse", "v1.0.1^{commit}")
    assert released == private.git.read("rev-parse", "v1.0.1-rc1^{commit}")
    assert public.git.read("rev-parse", "relauto/emergency/1.0.1") == released
    assert "v1.0.1-rc1" not in public.git.read("tag", "--list").split()
    (release,) = world.api("mallory").pages(f"repos/{SOURCE}/releases")
    assert (release["tag_name"], release["prerelease"], len(release["assets"])) == ("v1.0.1", False, 2)
    assert "more.txt" not in public.git.read("ls-tree", "--name-only", "v1.0.1").split()


@pytest.mark.slow
def test_public_branches_are_owed_the_fix_after_the_release(world, public, private):
    reach_release_door(world, private)
    approve_release(world)
    world.advance(SETTINGS)
    assert [(str(debt.place), debt.paid) for debt in list_unpaid(world.incident)] == [
        ("debt.line on acme/stockroom@release-1.0", False),
        ("debt.main", False),
    ]
    assert [each["base"]["ref"] for each in public.pulls().values()] == ["main", "release-1.0"]
    for number in public.pulls():
        public.pass_pull(number)
    agree(world, SETTINGS)
    assert list_unpaid(world.incident) == ()
    for branch in (MAIN, LINE):
        assert "line five" in public.git.read("show", f"{branch}:app.txt")


@pytest.mark.slow
def test_what_becomes_public_says_nothing_of_the_private(world, public, private):
    reach_release_door(world, private)
    approve_release(world)
    world.advance(SETTINGS)
    (release,) = world.api("mallory").pages(f"repos/{SOURCE}/releases")
    told = [release["body"], public.git.read("log", "--all", "--format=%B", "--not", "v1.0.0")]
    told += [f"{each['title']}\n{each['body']}" for each in public.pulls().values()]
    text = "\n".join(told)
    assert "Fix the crash" in text
    for secret in (PRIVATE, PRIVATE.owner, "Initech", OPS, QA, "#1", "#2", "robin-rm"):
        assert secret not in text, secret


def say_in_private(world, branch):
    """Push a commit whose message names the customer to a branch of the private repository."""
    Git(world.root).run("clone", "--quiet", "-b", branch, "private.git", "engineer")
    who = ("-c", "user.name=Dana", "-c", "user.email=dana@acme.example")
    work = Git(world.root / "engineer")
    message = "Fix the other half\n\nInitech sent us the data."
    work.run(*who, "commit", "--quiet", "--allow-empty", "--message", message)
    work.run("push", "--quiet", "origin", branch)


def test_a_fix_that_tells_of_the_customer_is_not_even_begun(world, private):
    world.open(SETTINGS, **HIDDEN)
    say_in_private(world, "fix/line")
    (stop,) = world.advance(SETTINGS).stops
    assert (stop.place.step, stop.status) == ("investigate.pr", Status.DECISION)
    assert "line 3, holds the alias of a customer" in stop.reason
    assert "can read it already" not in stop.reason
    assert private.pulls() == {}


def test_a_message_that_tells_of_the_customer_is_not_made_public(world, private, public):
    world.open(SETTINGS, **HIDDEN)
    world.advance(SETTINGS)
    world.decide("no: nothing to try")
    private.pass_pull(1)
    world.advance(SETTINGS)
    world.approve("prepare.merge")
    world.advance(SETTINGS)
    say_in_private(world, "relauto/emergency/1.0.1")
    private.pass_pull(2)
    world.advance(SETTINGS)
    (accept,) = [line for line in world.asked() if line.startswith("/accept ")]
    world.answer(accept.replace("REASON", "it is known"))
    private.check(private.git.read("rev-parse", "v1.0.1-rc1^{commit}"))
    before = public.seen()
    (stop,) = world.advance(SETTINGS).stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert "the leak guard holds up the release v1.0.1: the message of commit" in stop.reason
    assert "Initech" not in stop.reason
    assert public.seen() == before


def finish_first_round(world, private):
    """Take the first round to the customer's receipt, and say that its release did not help."""
    reach_release_door(world, private)
    approve_release(world)
    world.advance(SETTINGS)
    world.approve("deploy.send")
    world.advance(SETTINGS)
    world.acknowledge()
    world.advance(SETTINGS)
    world.answer("/fail deploy.verify-production it can be gone round", by="tam-noor")


def fix_again(world):
    """Push a second fix to the private repository, begun at the first release, and attach it."""
    Git(world.root).run("clone", "--quiet", "-b", "v1.0.1", "private.git", "engineer")
    work = Git(world.root / "engineer")
    (world.root / "engineer" / "again.txt").write_text("again\n")
    work.run("add", "again.txt")
    who = ("-c", "user.name=Dana", "-c", "user.email=dana@acme.example")
    work.run(*who, "commit", "--quiet", "--message", "Close the way round")
    work.run("push", "--quiet", "origin", "HEAD:refs/heads/fix/way-round")
    world.attach("fix/way-round", more=SETTINGS)


@pytest.mark.slow
def test_a_second_round_is_embargoed_until_its_own_release(world, public, private):
    finish_first_round(world, private)
    agree(world, SETTINGS)
    plan = world.incident.rounds.plan(TARGET)
    assert (plan.base_tag, plan.version) == ("v1.0.1", "1.0.2"), "the mirror has what was released"
    fix_again(world)
    before = public.seen()
    agree(world, SETTINGS)
    world.decide("no: nothing to try")
    private.pass_pull(3)
    agree(world, SETTINGS)
    world.approve("prepare.merge")
    agree(world, SETTINGS)
    private.pass_pull(4)
    agree(world, SETTINGS)
    private.check(private.git.read("rev-parse", "v1.0.2-rc1^{commit}"))
    agree(world, SETTINGS)
    assert public.seen() == before
    approve_release(world)
    agree(world, SETTINGS)
    released = private.git.read("rev-parse", "v1.0.2-rc1^{commit}")
    assert (
        public.git.read("rev-parse", "v1.0.2^{commit}", "relauto/emergency/1.0.2").split() == [released] * 2
    )
    for number in public.pulls():
        public.pass_pull(number)
    agree(world, SETTINGS)
    assert list_unpaid(world.incident) == ()
    for branch in (MAIN, LINE):
        assert "line five" in public.git.read("show", f"{branch}:app.txt")
        assert "again.txt" in public.git.read("ls-tree", "--name-only", branch)


@pytest.mark.slow
def test_what_the_first_round_owes_the_public_is_brought_there_meanwhile(world, public, private):
    finish_first_round(world, private)
    for number in public.pulls():
        public.pass_pull(number)
    agree(world, SETTINGS)
    assert [debt.place.round for debt in list_unpaid(world.incident)] == [2, 2]


@pytest.mark.slow
def test_a_second_round_notices_that_its_mirror_was_left_behind(world, private):
    finish_first_round(world, private)
    with world.session(SETTINGS) as session, session.releases() as releases:
        releases.claim(TARGET, "1.0.2", "INC-other")
    world.product.run("tag", "v1.0.2", "v1.0.1")
    with pytest.raises(InputError, match=r"has v1\.0\.1 at \w+ as the last release of release-1\.0, and"):
        world.advance(SETTINGS)


def test_where_the_product_itself_is_private_it_is_worked_on_there(at):
    world = at("blank")
    access = dict.fromkeys((BOT, CI, *PEOPLE), "write")
    world.hub.add_repository(
        SOURCE, world.root / "product.git", private=True, default_branch=MAIN, access=access
    )
    world.open(visibility="embargoed", base="tag")
    assert world.advance().status is Status.WAITING
    assert [pull["base"]["ref"] for pull in world.pulls()] == ["main"]


@pytest.mark.parametrize(
    ("more", "changed", "why"),
    [
        (SETTINGS, {"base": "tip"}, "grows from the last tag"),
        (SETTINGS, {"order": "main-first"}, "cannot go to the main branch of acme/stockroom first"),
        ("", {}, "the settings name none"),
        (f'repositories.private = "{SOURCE}"\n', {}, "acme/stockroom is not known to be private"),
    ],
    ids=["tip", "main-first", "no private", "public private"],
)
def test_an_embargo_that_would_not_hold_is_refused(world, more, changed, why):
    with pytest.raises(InputError, match=why):
        world.open(more, **(HIDDEN | changed))


@pytest.mark.parametrize(("name", "folder"), [(QA, "qa.git"), (OPS, "ops.git"), (PRIVATE, "private.git")])
def test_every_place_in_which_it_is_talked_about_has_to_be_private(world, name, folder):
    access = dict.fromkeys((BOT, CI, *PEOPLE), "write")
    world.hub.add_repository(name, world.root / folder, private=False, default_branch=MAIN, access=access)
    with pytest.raises(InputError, match=f"{name} is not known to be private"):
        world.open(SETTINGS, **HIDDEN)


def test_a_fork_shares_its_objects_and_is_refused(world, monkeypatch):
    read = embargo.repositories.read_repository
    monkeypatch.setattr(
        embargo.repositories, "read_repository", lambda client: replace(read(client), fork=True)
    )
    with pytest.raises(InputError, match="acme-security/stockroom is a fork"):
        world.open(SETTINGS, **HIDDEN)


def test_a_mirror_that_is_behind_is_refused(world):
    world.product.run("tag", "v1.0.1", "release-1.0")
    with pytest.raises(InputError, match=r"has v1\.0\.0 at \w+ as the last release of release-1\.0, and"):
        world.open(SETTINGS, **HIDDEN)
