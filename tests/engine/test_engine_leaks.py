"""Nothing that others can read names a customer: held up before it is written, let pass line by line."""

import pytest

from relauto.errors import InputError, Status
from relauto.guard.guard import LeakError, Passage
from relauto.rehearsal.summary import write_reports
from relauto.report.summary import draft_summary
from relauto.stages.prepare.release import kit_digest
from relauto.stages.texts.releases import write_upgrade_notes
from tests.engine.agreement import agree
from tests.engine.conftest import BOT, CHECK, MAIN, OPS, QA, ROSTER, SOURCE, TARGET, only_stop

pytestmark = pytest.mark.path

CUSTOMERS = """\
[customers.initech]
names = ["Initech GmbH"]
hosts = ["db01.initech.example"]
people = ["Bill Lumbergh"]
[customers.globex]
names = ["Globex"]
exact = ["Target"]
"""
ON_FILE = CUSTOMERS.replace("initech]", "Initech]")
"""The same, where the customer of the story's incident is meant."""

TERMS = ("initech", "lumbergh", "globex")


def begin(at, fix="fix/crash", message="Fix the crash", files=None, customers=CUSTOMERS, more=""):
    """Return a world with customers on file and a fix like `fix/crash` with this message and more files."""
    world = at("blank")
    world.replace_ops({"roster.toml": ROSTER, "customers.toml": customers})
    text = world.product.read("show", "main:app.txt").replace("line 5\n", "line five\n") + "\n"
    world.product.run("branch", "--force", fix, "main")
    world.commit_on(fix, message, {"app.txt": text, **(files or {})})
    world.open(more, fix=fix, customer="initech")
    return world


def said_in_public(world):
    """Return everything that can be read of the product, names and objects included."""
    told = [world.objects(), world.product.read("log", "--all", "--format=%H %B")]
    api = world.api("dev")
    paths = ("issues?state=all", "pulls?state=all", "releases", "labels")
    told.extend(str(api.get(f"repos/{SOURCE}/{path}")) for path in paths)
    return "\n".join(told).lower()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"message": "Fix the crash at Init\u200bech"}, "its title holds the alias of a customer"),
        ({"message": "Fix it\n\nSeen by B\u00edll Lumbergh."}, "holds a person at a customer"),
        ({"fix": "fix/globex-crash"}, "holds the name of a customer"),
        ({"files": {"notes-globex.txt": "x\n"}}, "the name of a file holds the name of a customer"),
        (
            {"files": {"run.sh": "first\nping web-2.initech%2Eexample\n"}},
            "run.sh, line 2, holds a host of a customer",
        ),
    ],
)
def test_fix_that_names_a_customer_gets_no_pull_request(at, changed, told):
    world = begin(at, **changed)
    stop = only_stop(world.advance())
    assert (stop.place.step, stop.status) == ("investigate.pr", Status.DECISION)
    assert told in stop.reason
    assert f"whoever can read {SOURCE} can read it already: tell whom it is about" in stop.reason
    assert world.pulls() == []
    words = f"{stop.reason} {stop.todo} {' '.join(world.said)}".lower()
    assert [term for term in TERMS if term in words] == []
    assert "/waive investigate.pr:leak 4h REASON" in world.asked()
    assert "(initech)" in world.desk()[-1] or "(globex)" in world.desk()[-1]


def test_plan_foresees_that_it_is_held_up(at):
    world = begin(at, message="Fix it for Globex")
    agree(world)


def test_what_a_person_lets_pass_passes_and_nothing_else(at):
    world = begin(at, message="Aim at the Target")
    world.advance()
    world.answer("/waive investigate.pr:leak 400h it is the target of the shot", by="mallory")
    assert only_stop(world.advance()).place.step == "investigate.pr"
    world.answer("/waive investigate.pr:leak 400h it is the target of the shot")
    world.advance()
    (pull,) = world.pulls()
    assert pull["title"] == "Aim at the Target"
    assert [(each.kind, each.what) for each in world.incident.overrides] == [
        ("gate waived", "investigate.pr:leak")
    ]
    with world.bench() as bench, pytest.raises(LeakError, match="the title holds the name of a customer"):
        bench.guard.require([Passage("the title", "Another Target")])


def test_pull_request_that_people_opened_and_pushed_to_is_read_again(at):
    world = begin(at)
    number = world.open_pull("fix/crash")
    world.advance()
    world.api("dev").patch(f"repos/{SOURCE}/pulls/{number}", {"body": "Asked for by\nBill Lumbergh"})
    stop = only_stop(world.advance())
    assert f"the text of pull request #{number}, line 2, holds a person at a customer" in stop.reason
    world.api("dev").patch(f"repos/{SOURCE}/pulls/{number}", {"body": "Asked for"})
    assert only_stop(world.advance()).place.step != "investigate.pr"
    world.push(world.commit_on("fix/crash", "More", {"more.txt": "for globex\n"}), "fix/crash")
    assert "more.txt, line 1, holds the name of a customer" in only_stop(world.advance()).reason
    world.pass_pull(number)
    assert only_stop(world.advance()).status is Status.DECISION
    assert world.pull(number)["merged"] is False


@pytest.mark.slow
def test_whole_path_of_a_customer_on_file_names_nobody(at):
    world = begin(at)
    world.reach_merge_door()
    world.pass_merge_door()
    world.reach_verify()
    world.reach_release_door()
    world.reach_send_door()
    world.finish()
    assert [term for term in TERMS if term in said_in_public(world)] == []


def test_notes_that_would_name_a_customer_are_held_up(at):
    world = begin(at)
    world.reach_merge_door()
    world.pass_merge_door()
    world.commit_on("release-1.0", "Speed up Globex", {"speed.txt": "fast\n"})
    world.pull(2)  # the hub takes note of the commit
    for _ in range(6):
        outcome = agree(world)
        if any("the leak guard holds up" in stop.reason for stop in outcome.stops):
            break
        for number in [pull["number"] for pull in world.pulls() if pull["state"] == "open"]:
            world.pass_pull(number)
        for line in {line for line in world.asked() if line.startswith(("/accept", "/tick"))}:
            world.answer(line.replace("REASON", "it is known"))
    stop = only_stop(outcome)
    assert stop.place.step == "prepare.verify"
    assert "the leak guard holds up the prerelease v1.0.1-rc1: its notes, line" in stop.reason
    assert world.api("dev").get(f"repos/{SOURCE}/releases") == []
    world.answer("/waive prepare.verify:leak 400h the customer agrees")
    world.advance()
    assert [each["tag_name"] for each in world.api("dev").pages(f"repos/{SOURCE}/releases")] == ["v1.0.1-rc1"]


def test_second_fix_that_names_a_customer_is_foreseen(at):
    world = begin(at)
    text = world.product.read("show", "main:app.txt").replace("line 9\n", "line nine\n") + "\n"
    world.product.run("branch", "fix/second", "main")
    world.commit_on("fix/second", "Speed up Globex", {"app.txt": text})
    world.attach("fix/second")
    stop = only_stop(agree(world))
    assert (stop.place.step, stop.status) == ("investigate.pr", Status.DECISION)
    assert [pull["title"] for pull in world.pulls()] == ["Fix the crash"]


@pytest.mark.parametrize(
    ("method", "via", "steps"),
    [
        ("squash", "pull", ["prepare.pick", "prepare.verify"]),
        pytest.param("squash", "push", ["prepare.pick", "prepare.verify"], marks=pytest.mark.slow),
        pytest.param("rebase", "pull", ["prepare.pick", "prepare.verify"], marks=pytest.mark.slow),
        ("rebase", "push", ["prepare.verify"]),
        # The subject of a merge commit is GitHub's, and says nothing of the fix.
        pytest.param("merge", "pull", [], marks=pytest.mark.slow),
        pytest.param("merge", "push", [], marks=pytest.mark.slow),
    ],
)
def test_what_is_held_up_behind_a_merge_is_foreseen(at, method, via, steps):
    """What passed in the fix's own pull request stands in other lines once it is merged and picked."""
    more = f'pull.method = "{method}"\npick.via = "{via}"\nchecks.required = ["{CHECK}"]\n'
    world = begin(at, message="Aim at the Target\n\nThe Target moved.", more=more)
    world.unprotect()
    world.advance(more)
    world.answer("/waive investigate.pr:leak 400h it is no customer")
    world.advance(more)
    world.decide("no: nothing to see")
    world.pass_pull(1)
    world.advance(more)
    world.approve("prepare.merge")
    held = []
    for _ in range(5):
        stop = only_stop(agree(world, more))
        if "the leak guard holds up" in stop.reason:
            held.append(stop.place.step)
            world.answer(f"/waive {stop.place.step}:leak 400h it is no customer")
        elif stop.place.step == "prepare.pick":
            world.pass_pull(2)
    assert held == steps
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.WAITING)


def test_port_that_is_held_up_is_foreseen(at):
    world = at("blank")
    world.replace_ops({"roster.toml": ROSTER, "customers.toml": CUSTOMERS})
    world.product.run("branch", "fix/line", "v1.0.0")
    text = world.product.read("show", "v1.0.0:app.txt").replace("line 5\n", "line five\n") + "\n"
    world.commit_on("fix/line", "Aim at the Target", {"app.txt": text})
    world.open(fix="fix/line", customer="initech", order="line-first", reason="as told")
    asked = []
    for _ in range(4):
        held = [stop for stop in agree(world).stops if "the leak guard holds up" in stop.reason]
        for stop in held:
            asked.append(stop.place.step)
            world.answer(f"/waive {stop.place.step}:leak 400h it is no customer")
        say_yes(world)
    assert asked == ["investigate.pr", "debt.main"]


def test_every_text_is_vetted_as_it_leaves(at):
    world = begin(at)
    with world.bench() as bench:
        for verb, path, body in (
            ("POST", "issues", {"title": "x", "body": "a\nGlobex"}),
            ("POST", "pulls", {"title": "x", "head": "fix/gl.o.b.e.x", "base": "main"}),
            ("POST", "issues/1/labels", {"labels": ["ok", "globex"]}),
            ("POST", "statuses/abc", {"description": "for Globex", "context": "x"}),
            ("POST", "check-runs", {"name": "x", "output": {"annotations": [{"message": "glo-bex"}]}}),
            ("POST", "actions/workflows/x/dispatches", {"inputs": {"note": "%47lobex"}}),
            ("PUT", "pulls/1/merge", {"commit_title": "x", "commit_message": "For GLOBEX"}),
            ("POST", "releases", {"tag_name": "v1-globex", "name": "x"}),
        ):
            with pytest.raises(LeakError, match="the leak guard refused a text"):
                bench.source.write(verb, path, body, object)
        with pytest.raises(LeakError):
            bench.source.mutate("mutation Enable { x }", object, message="Globex")
        with pytest.raises(LeakError):
            bench.source.upload(f"{world.hub.api}/x", "globex.tar.gz", b"", object)
    assert world.writes == 0


def test_private_repository_may_name_customers_and_never_a_secret(at):
    world = begin(at)
    with world.bench() as bench:
        made = bench.ops.write("POST", "issues", {"title": "Initech", "body": "Globex"}, dict)
        assert made["title"] == "Initech"
        with pytest.raises(LeakError, match="holds a token or a private key"):
            bench.ops.write("POST", "issues", {"title": "x", "body": f"token-of-{world.bot}"}, dict)
        with pytest.raises(LeakError, match="a file of the release holds a token"):
            bench.source.upload(f"{world.hub.api}/x", "x.txt", f"a token-of-{world.bot}".encode(), object)


@pytest.mark.parametrize("private", [True, False])
def test_qa_reads_of_customers_where_nobody_else_reads_along(at, private):
    world = begin(at)
    access = {world.bot: "write"}
    where = world.root / "qa.git"
    world.hub.add_repository(QA, where, private=private, default_branch=MAIN, access=access)
    with world.bench() as bench:
        if private:
            assert bench.qa.write("POST", "issues", {"title": "For Globex"}, dict)["title"] == "For Globex"
        else:
            with pytest.raises(LeakError, match="the title"):
                bench.qa.write("POST", "issues", {"title": "For Globex"}, dict)
        with pytest.raises(LeakError, match="a token"):
            bench.qa.write("POST", "issues", {"title": f"token-of-{world.bot}"}, dict)


def test_customer_who_is_on_no_file_is_not_opened_for(at):
    world = begin(at)
    with pytest.raises(InputError, match="has no customer 'hooli'"):
        world.open(customer="hooli", incident="INC-else")
    with pytest.raises(InputError, match="the alias of the customer cannot be guarded: it has fewer than 3"):
        world.open(customer="hp", incident="INC-else")


def test_file_that_is_set_has_to_be_there_and_whole(at):
    world = at("opened")
    with pytest.raises(InputError, match=f"{OPS} has no people.toml, so nobody knows whom no text may name"):
        world.advance('guard.customers = "people.toml"\n')
    world.replace_ops({"roster.toml": ROSTER, "customers.toml": '[customers.x1z]\nnames = ["A"]\n'})
    with pytest.raises(InputError, match=r"customers.x1z.names\[0\]: it has fewer than 3 letters and digits"):
        world.advance()


def test_without_a_file_the_alias_of_the_incident_is_guarded(at):
    world = at("opened")
    with world.bench() as bench, pytest.raises(LeakError):
        bench.source.write("POST", "issues", {"title": "for initech"}, object)


def test_reply_that_names_another_customer_is_not_drafted_and_stays_owed(at):
    world = at("blank")
    world.replace_ops({"roster.toml": ROSTER, "customers.toml": CUSTOMERS})
    world.open('contacts.product = "the Globex build"\n', customer="initech")
    told = "escalate.reply: the leak guard refuses the reply to the customer: its "
    refused = [line for line in world.said if line.startswith(told)]
    assert len(refused) == 1
    assert "holds the name of a customer" in refused[0]
    assert "globex" not in refused[0].lower()
    world.advance()
    assert "escalate.reply" in [notice.place.step for notice in world.incident.notices]


@pytest.mark.parametrize(
    ("told", "leak"),
    [
        ("cat {artifact} # at Initech", ""),
        ("cat {artifact} # as at Globex", "holds the name of a customer"),
        ("cat {artifact} # see acme/ops", "holds the name of a private repository"),
    ],
)
def test_upgrade_notes_name_their_own_customer_alone(at, told, leak):
    world = at("send-door")
    world.replace_ops({"roster.toml": ROSTER, "customers.toml": ON_FILE})
    with world.bench(f'build.version_command = "{told}"\n') as bench:
        sent = bench.facts("prepare.release", TARGET)
        digest = kit_digest(bench, TARGET)
        assert sent["tag"] == "v1.0.1"
        if not leak:
            assert "at Initech" in write_upgrade_notes(bench, TARGET, 1, digest)
            return
        with pytest.raises(LeakError, match=rf"the upgrade notes, line \d+, {leak}") as refused:
            write_upgrade_notes(bench, TARGET, 1, digest)
    assert "globex" not in str(refused.value).lower()


def test_files_for_the_customer_that_name_another_are_left_out(at, tmp_path):
    world = at("send-door")
    world.replace_ops({"roster.toml": ROSTER, "customers.toml": ON_FILE})
    for product, left in (("Initech", ["incident-summary.md"]), ("Globex", [])):
        out = tmp_path / product
        with world.bench(f'contacts.product = "the {product} build"\n') as bench:
            write_reports(out, bench, bench.journal.events())
        assert [path.name for path in out.glob("incident*")] == left
    assert world.said[-1].startswith(
        "incident-summary.md is not written: the leak guard refused a text: the incident summary, line 1, "
    )


@pytest.mark.parametrize(
    ("product", "leak"),
    [
        ("the Initech build", ""),
        ("the Glo-bex build", "the name of a customer"),
        ("what robin-rm said", "the login of somebody of ours"),
        ("the fix/crash build", "the name of a branch"),
    ],
)
def test_incident_summary_names_its_own_customer_alone(at, product, leak):
    world = at("send-door")
    world.replace_ops({"roster.toml": ROSTER, "customers.toml": ON_FILE})
    with world.bench(f'contacts.product = "{product}"\n') as bench:
        if not leak:
            assert draft_summary(bench).startswith(f"# Incident summary: {product}")
            return
        with pytest.raises(LeakError, match=f"the incident summary, line 1, holds {leak}") as refused:
            draft_summary(bench)
    assert "bex" not in str(refused.value).lower()


def list_drafted(world):
    return [(notice.place.step, notice.audience) for notice in world.incident.notices]


def test_notice_to_our_people_that_holds_a_secret_is_not_drafted(at, tmp_path):
    template = tmp_path / "own" / "notice" / "internal" / "investigate.pr.md"
    template.parent.mkdir(parents=True)
    template.write_text(f"Subject: x\n\ntoken-of-{BOT}\n")
    world = at("opened")
    world.advance(f'templates_dir = "{tmp_path / "own"}"\n')
    told = "investigate.pr: the leak guard refuses the notice to our people: its text holds a token"
    assert [line for line in world.said if line.startswith(told)] == [f"{told} or a private key"]
    assert ("investigate.pr", "internal") not in list_drafted(world)
    world.decide()
    world.advance()
    assert ("investigate.pr", "internal") in list_drafted(world)


def say_yes(world):
    """Let everybody do what is asked of them, whatever it is."""
    for pull in world.pulls():
        if pull["state"] == "open":
            world.pass_pull(pull["number"])
    for line in set(world.asked()):
        if line.startswith("/tick"):
            world.answer(line.replace("yes: REASON", "no: nothing to see"))
        if line.startswith("/approve"):
            world.answer(line, by="robin-rm")
            world.answer(line, by="sasha-rm")
    if "v1.0.1-rc1" in world.tags():
        world.check(world.head("v1.0.1-rc1"))


@pytest.mark.slow
def test_false_alarm_is_let_pass_all_along_the_path(at):
    """A word that is a customer's name, too, stands in every text of the path: each asks once."""
    world = begin(at, message="Aim at the Target\n\nThe Target moved.")
    asked = []
    for _ in range(12):
        held = [stop for stop in agree(world).stops if "the leak guard holds up" in stop.reason]
        for stop in held:
            asked.append(stop.place.step)
            world.answer(f"/waive {stop.place.step}:leak 400h it is no customer")
        if "v1.0.1" in world.tags():
            break
        say_yes(world)
    assert asked == ["investigate.pr", "prepare.pick", "prepare.verify"]
    release = world.api("dev").get(f"repos/{SOURCE}/releases/tags/v1.0.1")
    assert "Aim at the Target" in release["body"]
    assert [each.what for each in world.incident.overrides] == [f"{step}:leak" for step in asked]
