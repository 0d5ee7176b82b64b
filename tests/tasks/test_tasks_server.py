"""`relauto hub` and `relauto cast` as processes."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from relauto.git.repository import Repository
from relauto.rehearsal.cast.api import Api, ApiError
from tests.processes import Desk, HubProcess
from tests.tasks.conftest import Relauto

SETUP = """\
[accounts.bot]
[accounts.ci]
app = "acme-ci"
token_variable = "CI_SECRET"
[repositories."acme/till"]
access = {bot = "write", ci = "write"}
allow_squash = false
protection.main = {required_checks = ["unit tests"], reviews = 1}
[repositories."acme/ops"]
git = "ops.git"
private = true
access = {bot = "admin"}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "there", tmp_path / "home", {"CI_SECRET": "ci-secret"})


@pytest.fixture
def setup(desk: Desk) -> str:
    desk.folder.mkdir()
    (desk.folder / "setup.toml").write_text(SETUP)
    Repository.init(desk.folder / "ops.git").close()
    return "setup.toml"


@pytest.fixture
def hub(desk: Desk, setup: str) -> Iterator[HubProcess]:
    with HubProcess(desk, "--setup", setup) as process:
        yield process


@pytest.mark.slow
def test_setup_gives_accounts_repositories_and_protection(hub: HubProcess) -> None:
    api = Api(hub.facts["api"], hub.token("bot"))
    assert api.login() == "bot"
    assert sorted(each["full_name"] for each in map(api.get, ("repos/acme/till", "repos/acme/ops"))) == [
        "acme/ops",
        "acme/till",
    ]
    assert api.get("repos/acme/till")["allow_squash_merge"] is False
    assert hub.token("ci") == "ci-secret"
    with pytest.raises(ApiError, match="404"):
        Api(hub.facts["api"], "ci-secret").get("repos/acme/ops")


@pytest.mark.slow
def test_tokens_are_their_owners_alone_and_are_not_printed(hub: HubProcess) -> None:
    for login in ("bot", "ci"):
        path = hub.root / "tokens" / login
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert hub.token(login) not in hub.said + str(hub.facts)


@pytest.mark.slow
def test_setup_is_repeated_without_harm(desk: Desk, setup: str) -> None:
    known = set()
    for _ in range(2):
        with HubProcess(desk, "--setup", setup) as process:
            known.add((process.token("bot"), Api(process.facts["api"], process.token("bot")).login()))
    assert len(known) == 1


@pytest.mark.slow
def test_interrupted_hub_ends_130_without_a_traceback(desk: Desk, setup: str) -> None:
    process = HubProcess(desk, "--setup", setup)
    assert process.stop() == 130
    assert (desk.folder / "stderr.txt").read_text() == (
        f"serving {process.facts['api']} from {process.root}; Ctrl-C ends it\n"
    )


def test_all_faults_of_a_setup_are_told_at_once(relauto: Relauto) -> None:
    Path("bad.toml").write_text(
        """
        [teams.a]
        [accounts.bot]
        app = 7
        [accounts."../x"]
        [accounts.nobody]
        token_variable = "NOT_SET"
        [repositories.till]
        [repositories."acme/till"]
        git = "none.git"
        privat = true
        [repositories."acme/ops"]
        git = "none.git"
        default_branch = "-f"
        access = {tam = "write"}
        protection.main = {reviews = -1}
        """
    )
    ended = relauto("hub", "hub", "--setup", "bad.toml")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.splitlines() == [
        "relauto: bad.toml has 10 faults:",
        "  - teams: there is no such table",
        "  - accounts.bot.app: Expected `str | null`, got `int`",
        "  - repositories.till: 'till' is not a repository name of the form owner/name",
        "  - repositories.acme/till.privat: there is no such option; did you mean 'private'?",
        "  - repositories.acme/ops.protection.main.reviews: Expected `int` >= 0",
        "  - accounts.../x: a login is made of letters, digits and hyphens",
        "  - accounts.nobody: the variable NOT_SET is not set",
        "  - repositories.acme/ops.default_branch: '-f' is no name of a branch",
        "  - repositories.acme/ops.access: there is no account tam",
        "  - repositories.acme/ops.git: there is no folder none.git",
        "  correct them all, then run again",
    ]
    assert not Path("hub").exists()


@pytest.mark.slow
def test_owner_lets_the_hub_fail_and_answer_again_from_elsewhere(desk: Desk, hub: HubProcess) -> None:
    api = Api(hub.facts["api"], hub.token("bot"))
    for mode, says in (("refuse", "503"), ("silent", "was not answered")):
        assert desk.run("hub", "hub", "--outage", mode).status == 0
        with pytest.raises(ApiError, match=says):
            api.login()
    assert desk.run("hub", "hub", "--outage", "none").status == 0
    assert api.login() == "bot"


@pytest.mark.slow
def test_owner_lets_one_request_fail_from_elsewhere(desk: Desk, hub: HubProcess) -> None:
    api = Api(hub.facts["api"], hub.token("bot"))
    said = desk.run("hub", "hub", "--fault", "503-before@2 GET .*/user$")
    assert (said.status, said.out) == (0, f"the hub of {hub.root} will fail 1 request on purpose\n")
    assert api.login() == "bot"
    with pytest.raises(ApiError, match="503"):
        api.login()
    assert api.login() == "bot"
    assert desk.run("hub", "hub", "--fault", "none").status == 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("hub", "hub", "--fault", "fire"), "there is no fault 'fire'\n  there are: 500-before"),
        (("hub", "hub", "--fault", "401@0"), "count from 1, as in 401@3"),
        (("hub", "hub", "--outage", "some"), "there is no outage 'some'\n  there are: none, refuse, silent"),
        (("hub", "other", "--outage", "none"), "other is no folder of a hub"),
        (("hub", "hub", "--tls-cert", "a.pem"), "give --tls-cert and --tls-key"),
        (("cast", "hub"), "is not the folder of a hub with the sample product"),
        (("cast", "hub", "--part", "ceo"), "nobody in the cast is called ceo"),
        (("cast", "hub", "--deed", "delete_tag"), "a deed is done by one part"),
    ],
)
def test_what_cannot_be_done_is_told(relauto: Relauto, arguments: tuple[str, ...], what: str) -> None:
    ended = relauto(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err
    assert not Path("hub").exists()
