"""The options: each documented, every fault told."""

import re
from typing import get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.settings.file import load_settings, parse_settings
from relauto.settings.options import Settings, digest_settings
from relauto.settings.tables import Table, find_row
from tests.settings.documents import LEAST, faults_of


def options(kind=Settings, path=""):
    """Yield every option: its path, its annotation, its field."""
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        hint, where = hints[field.name], f"{path}{field.name}"
        if isinstance(hint, type) and issubclass(hint, Table):
            yield from options(hint, f"{where}.")
        else:
            yield where, hint, field


def tables(kind=Settings):
    yield kind
    for hint in get_type_hints(kind).values():
        if isinstance(hint, type) and issubclass(hint, Table):
            yield from tables(hint)


@pytest.mark.parametrize("option", list(options()), ids=lambda option: option[0])
def test_every_option_says_what_it_is_for(option):
    _, hint, _ = option
    texts = [meta.description for meta in getattr(hint, "__metadata__", ()) if meta.description]
    assert texts
    assert all(re.fullmatch(r"\S.{5,}", text) for text in texts)


@pytest.mark.parametrize("table", list(tables()), ids=lambda table: table.__name__)
def test_every_table_says_what_it_is_about(table):
    assert (table.__doc__ or "").strip().endswith(".")


def test_the_least_is_two_names():
    settings = parse_settings(LEAST, "relauto.toml")
    assert (settings.source, settings.repositories.ops) == ("acme/stockroom", "acme/ops")
    assert (settings.qa, settings.product) == ("acme/ops", "stockroom")
    assert settings.pick.via == "pull"
    assert settings.checks.required is None


def test_none_on_purpose_is_not_absent():
    assert parse_settings(f"{LEAST}[checks]\nrequired = []\n", "relauto.toml").checks.required == ()


def test_all_faults_are_told_together():
    text = """
mian = "main"
main = 7
[repositories]
source = "stockroom"
[pull]
aprovals = 1
approvals = -1
method = "fast-forward"
[pick]
via = "mail"
[[version_files]]
path = ""
pattern = "version"
[[version_files]]
pat = "VERSION"
[build]
timeout = 0
[waiting]
poll = "often"
[github]
api = "https://token@api.github.com"
"""
    told = faults_of(text)
    starts = {fault.partition(":")[0] for fault in told}
    assert starts == {
        "mian",
        "main",
        "repositories.source",
        "repositories.ops",
        "pull.aprovals",
        "pull.approvals",
        "pull.method",
        "pick.via",
        "version_files[0].path",
        "version_files[0].pattern",
        "version_files[1].pat",
        "version_files[1].path",
        "build.timeout",
        "waiting.poll",
        "github.api",
    }
    assert len(told) == len(starts)
    assert "mian: there is no such option; did you mean 'main'?" in told
    assert "pull.aprovals: there is no such option; did you mean 'approvals'?" in told
    assert any(fault.startswith("repositories.ops: it is missing (private: journal") for fault in told)


@pytest.mark.parametrize("name", [where for where, hint, _ in options() if find_row(hint)])
def test_an_unknown_option_in_a_list_of_tables_is_a_fault(name):
    assert f"{name}[0].nmae: there is no such option" in " ".join(faults_of(f"{LEAST}[[{name}]]\nnmae = 1\n"))


def test_which_options_are_lists_of_tables():
    assert [where for where, hint, _ in options() if find_row(hint)] == [
        "version_files",
        "pick_labels",
        "path_policies",
    ]


@pytest.mark.parametrize(
    ("option", "good"), [("final", "v{version}"), ("candidate", "v{version}-rc{number}")]
)
def test_a_tag_is_written_with_its_number(option, good):
    settings = parse_settings(f'{LEAST}[tags]\n{option} = "{good}"\n', "relauto.toml")
    assert getattr(settings.tags, option) == good
    assert faults_of(f'{LEAST}[tags]\n{option} = "v1"\n')[0].startswith(f"tags.{option}: ")


@given(st.sampled_from([where for where, _, _ in options()]), st.integers(0, 30))
def test_an_option_with_a_slip_of_the_pen_is_found(where, at):
    table, _, name = where.rpartition(".")
    slip = name[: at % len(name)] + name[at % len(name) + 1 :] + "x"
    text = f"{slip} = 1\n" if not table else f"[{table}]\n{slip} = 1\n"
    told = faults_of(text if table == "repositories" else text + LEAST if not table else LEAST + text)
    assert any(
        fault.startswith(f"{table}.{slip}".lstrip(".") + ": there is no such option") for fault in told
    )


@pytest.mark.parametrize("number", ["0", "-1", "inf", "nan", "1e300"])
@pytest.mark.parametrize("option", ["doors.expire_after", "waiting.poll", "build.timeout"])
def test_a_time_that_no_clock_reaches_is_a_fault(option, number):
    (fault,) = faults_of(f"{option} = {number}\n{LEAST}")
    assert fault.startswith(f"{option}: ")


def test_the_digest_is_of_what_is_in_force():
    spelled = parse_settings(f'{LEAST}[pick]\nvia = "pull"\n', "x")
    other = parse_settings(f'{LEAST}[pick]\nvia = "push"\n', "x")
    assert digest_settings(parse_settings(LEAST, "y")) == digest_settings(spelled)
    assert digest_settings(other) != digest_settings(spelled)


def test_the_digest_is_the_same_on_every_machine(tmp_path):
    digests = set()
    for name in ("one", "other"):
        path = tmp_path / name / "relauto.toml"
        path.parent.mkdir()
        cache = f'[cache]\ndirectory = "/home/{name}/cache"\nreference = "/home/{name}/clone"\n'
        path.write_text(f'{LEAST}[github]\nca = "{name}.pem"\n{cache}')
        digests.add(digest_settings(load_settings(path)))
    assert digests == {digest_settings(parse_settings(LEAST, "y"))}


@pytest.mark.parametrize(
    ("build", "fault"),
    [
        ('by = "workflow"', "build.workflow: it is missing, and build.by says 'workflow'"),
        ('by = "command"', "build.command: it is missing, and build.by says 'command'"),
        ('by = "attach"\nnone = true', "build.none: nothing is built, and build.by says 'attach'"),
    ],
)
def test_options_of_a_build_that_do_not_fit_together(build, fault):
    assert faults_of(f"{LEAST}[build]\n{build}\n") == (fault,)


@pytest.mark.parametrize("name", ["../build.yml", "build", "sub/build.yml", ".yml"])
def test_a_workflow_is_named_by_its_file_alone(name):
    (fault,) = faults_of(f'{LEAST}[build]\nworkflow = "{name}"\n')
    assert fault.startswith("build.workflow: ")


@pytest.mark.parametrize(
    ("build", "way"),
    [
        ("", "archive"),
        ('command = "make"', "command"),
        ('command = "make"\nby = "attach"', "attach"),
        ("none = true", "none"),
    ],
)
def test_how_a_project_is_built(build, way):
    assert parse_settings(f"{LEAST}[build]\n{build}\n", "relauto.toml").build.way == way


def test_environments_are_told_apart_by_their_ids():
    text = f'{LEAST}[testing]\nenvironments = ["MySQL 8", "PostgreSQL", "Cluster (3)"]\n'
    told = {"mysql-8": "MySQL 8", "postgresql": "PostgreSQL", "cluster-3": "Cluster (3)"}
    assert parse_settings(text, "relauto.toml").testing.by_id == told


@pytest.mark.parametrize("names", ['["a b", "A-B"]', '["é"]', '[""]'])
def test_environments_that_cannot_be_told_apart_are_refused(names):
    fault = "testing.environments: each needs a name of its own, with letters or digits of ASCII"
    assert faults_of(f"{LEAST}[testing]\nenvironments = {names}\n") == (fault,)


@pytest.mark.parametrize(("take", "command"), [("line", 'command = "make lock"'), ("regenerate", "")])
def test_a_path_policy_has_a_command_where_it_needs_one(take, command):
    row = f'[[path_policies]]\npattern = "*.lock"\ntake = "{take}"\n'
    told = ("path_policies: '*.lock' needs a command to be regenerated, and only then",)
    assert faults_of(f"{LEAST}{row}{command}") == told
    right = {"line": row, "regenerate": row + 'command = "make lock"'}[take]
    assert parse_settings(LEAST + right, "relauto.toml").path_policies[0].take == take


@pytest.mark.parametrize("pattern", ["release-1.4", "release-*", "releases/*", "*", "*.x"])
def test_a_line_is_a_branch_or_a_pattern_with_one_star(pattern):
    assert parse_settings(f'lines = ["{pattern}"]\n{LEAST}', "relauto.toml").lines == (pattern,)


@pytest.mark.parametrize("pattern", ["", "-release", "release-?", "release-[12]", "*-*", "release 1", "a:b"])
def test_what_no_fetch_takes_is_no_line(pattern):
    (fault,) = faults_of(f'lines = ["{pattern}"]\n{LEAST}')
    assert fault.startswith("lines: ")
