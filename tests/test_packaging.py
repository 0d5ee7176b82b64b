"""What the README, the changelog, CI and the package say of each other."""

import re
import tomllib
from pathlib import Path

import pytest

import relauto
from relauto.errors import Status
from relauto.guard.customers import parse_customers
from relauto.model.playbook import load_playbook
from relauto.resources import find_resource
from relauto.settings.file import parse_settings
from relauto.skeleton.answers import Answers
from relauto.skeleton.drafts import draft_files
from relauto.tasks import namespace
from tests.git.conftest import Clone

ROOT = Path(relauto.__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def table(heading: str) -> dict[str, str]:
    """Return the first two columns of the table under a heading."""
    part = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:3]] for line in part.splitlines() if line.startswith("| ")
    ]
    return dict(rows[2:])


def test_the_readme_has_two_commands_of_one_line() -> None:
    rehearse, test = blocks("sh")
    for command in (rehearse, test):
        assert len(command.splitlines()) == 1
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert rehearse.endswith("/relauto rehearse\n")
    assert "'.[test]'" in test


def test_the_readmes_table_of_tasks_is_what_the_tasks_say() -> None:
    told = {}
    for name in namespace.task_names:
        first = (namespace[name].__doc__ or "").splitlines()[0].rstrip(".")
        told[f"`{name}`"] = first[0].lower() + first[1:]
    assert table("Tasks") == told


def test_the_readmes_table_of_exit_statuses_is_whole() -> None:
    assert {int(status) for status in table("Exit statuses")} == {int(status) for status in Status}


def test_the_readmes_settings_and_customers_are_usable() -> None:
    settings, customers, labels = blocks("toml")
    written = draft_files(Answers(source="acme/stockroom", ops="acme/ops"))["relauto.toml"]
    whole = written.replace("[checks]\n", "").replace("[build]\n", "") + settings + labels
    read = parse_settings(whole, "README")
    assert read.checks.required == ("unit tests",)
    assert [label.line for label in read.pick_labels] == ["release-{milestone}"]
    assert parse_customers(customers, "README")


def test_the_readmes_program_picks(tmp_path, monkeypatch, capsys) -> None:
    (program,) = blocks("python")
    product, text = Clone(tmp_path / "product"), "one\ntwo\nthree\n"
    product.commit("First", {"app.py": text})
    product.run("branch", "release-1")
    product.commit("Prepare", {"app.py": text.replace("two", "2")})
    product.run("branch", "release-2")
    prepared = product.head
    product.switch("fix/crash", prepared)
    product.commit("Fix", {"app.py": text.replace("two", "2, mended")})
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    exec(compile(program, "README", "exec"), {})
    told = re.sub(
        r"[0-9a-f]{40}$", "ID", capsys.readouterr().out.replace(prepared, "PREPARED"), flags=re.MULTILINE
    )
    assert told == ("release-1 conflict None\napp.py\nneeds first: PREPARED\nrelease-2 clean identical ID\n")


def test_the_readmes_links_lead_somewhere() -> None:
    for document in ("README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md", "CHANGELOG.md"):
        text = (ROOT / document).read_text("utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / document).parent.joinpath(target).exists(), f"{document}: {target}"


@pytest.mark.parametrize("name", ["playbook", "templates"])
def test_the_wheel_takes_what_the_package_reads(name: str) -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included[name] == f"relauto/{name}"
    assert any(find_resource(name).rglob("*.*"))


def test_the_shipped_playbook_names_only_steps_once() -> None:
    keys = [step.key for step in load_playbook()[0].steps]
    assert len(keys) == len(set(keys))


def test_the_changelog_tells_of_what_is_next() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0].startswith(("Unreleased", relauto.__version__))


def test_the_license_is_the_one_that_is_named() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert text.rstrip().endswith("limitations under the License.")


def test_every_defence_names_tests_that_are_there() -> None:
    text = (ROOT / ".github" / "SECURITY.md").read_text("utf-8")
    table = text.partition("| tried in |")[2].partition("\n\n")[0]
    rows = [row.split("|")[3] for row in table.splitlines() if row.count("|") == 4 and "---" not in row]
    assert len(rows) > 10
    for row in rows:
        named = re.findall(r"`([^`]+)`", row)
        assert named, row
        assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_contributors_table_of_layers_is_the_import_contract() -> None:
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    text = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    rows = text.partition("| layer | what it is |\n| --- | --- |\n")[2].partition("\n\n")[0].splitlines()
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(told) == sorted(re.findall(r"relauto\.(\w+)", " ".join(layers)))
