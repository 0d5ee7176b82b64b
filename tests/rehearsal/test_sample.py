"""The sample product: its history repeats, its defect shows, its fixes mend what they claim."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from relauto.errors import InputError
from relauto.git.runner import Git
from relauto.model.qa import parse_instruction
from relauto.rehearsal.cast.workplace import run_command
from relauto.rehearsal.sample import FIXES, Sample, build_sample
from relauto.rehearsal.sample_history import CommitSpec, Edit, apply_edits

ALL_FIXES = [branch for branches in FIXES.values() for branch in branches]

pytestmark = pytest.mark.path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return build_sample(tmp_path_factory.mktemp("sample") / "product.git")


def run(command: str, folder: Path) -> tuple[int | None, str]:
    done = run_command(command, folder, 60)
    return done.status, done.output


def test_two_builds_give_the_same_refs(sample: Sample, tmp_path: Path) -> None:
    again = build_sample(tmp_path / "again.git")
    refs = [Git(one.git_directory).read("for-each-ref") for one in (sample, again)]
    assert refs[0] == refs[1]
    assert sample.commits == again.commits


def test_the_history_is_sound(sample: Sample) -> None:
    git = Git(sample.git_directory)
    git.run("fsck", "--strict", "--no-dangling")
    assert git.read("symbolic-ref", "HEAD") == "refs/heads/main"
    assert git.read("rev-parse", "v1.4.0-rc1^{}") == git.read("rev-parse", "v1.4.0^{}")
    assert git.read("cat-file", "-t", "v1.4.2") == "tag"
    since = git.read("rev-list", f"{sample.base_tag}..{sample.line}").split()
    assert since == list(sample.unreleased)
    assert sample.accepted_head == git.read("rev-parse", sample.line)


def test_picks_on_the_line_name_their_origin_and_keep_its_author(sample: Sample) -> None:
    git = Git(sample.git_directory)
    body = git.read("log", "-1", "--format=%B", sample.line)
    assert f"(cherry picked from commit {sample.commits['head-requests']})" in body
    shown = [
        git.read("log", "-1", "--format=%an %at", sample.commits[name])
        for name in ("head-requests", "line-head-requests")
    ]
    assert shown[0] == shown[1]
    assert git.read("log", "-1", "--format=%an", sample.line) != git.read(
        "log", "-1", "--format=%cn", sample.line
    )


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "HEAD").write_text("ref: refs/heads/main\n")
    with pytest.raises(InputError, match="not empty"):
        build_sample(tmp_path)


@pytest.mark.parametrize(
    "branch", ["main", "release-1.4", "v1.4.2", "backport/orders-empty-page", *ALL_FIXES]
)
def test_unit_tests_pass_everywhere(sample: Sample, tools: Any, branch: str, tmp_path: Path) -> None:
    status, said = run(
        sample.test_command, tools.unpack(Git(sample.git_directory), branch, tmp_path / "tree")
    )
    assert status == 0, said
    assert "OK" in said


def test_the_build_repeats_byte_for_byte_and_tells_its_version(
    sample: Sample, tools: Any, tmp_path: Path
) -> None:
    first, second = (
        tools.build(Git(sample.git_directory), "v1.4.2", tmp_path / name) for name in ("one", "two")
    )
    assert first.read_bytes() == second.read_bytes()
    told = sample.version_command.replace("{artifact}", str(first))
    assert run(told, tmp_path) == (0, f"stockroom {sample.installed}\n")


def steps_failing(sample: Sample, tmp_path: Path) -> list[str]:
    """Run QA's instruction in `tmp_path`; return the ids of what does not go as it says."""
    instruction = parse_instruction(sample.qa_instruction, "qa.yaml")
    failing = []
    wanted = [("old", step, step.before) for step in instruction.steps]
    wanted += [("candidate", step, step.expect) for step in (*instruction.steps, *instruction.regression)]
    for where, step, outcome in wanted:
        status, said = run(step.run.replace("{build}", where), tmp_path)
        assert outcome is not None
        if status != outcome.status or (outcome.output or "") not in said:
            failing.append(f"{where}.{step.id}")
    return failing


def lay_out(tools: Any, sample: Sample, candidate: str, tmp_path: Path) -> None:
    for name, tree in (("old", "v1.4.2"), ("candidate", candidate)):
        artifact = tools.build(Git(sample.git_directory), tree, tmp_path / f"{name}-tree")
        (tmp_path / name).mkdir()
        artifact.rename(tmp_path / name / artifact.name)


def test_the_fix_applies_to_the_line_and_does_what_qa_asks(
    sample: Sample, tools: Any, tmp_path: Path
) -> None:
    status, tree = tools.merge_fix(Git(sample.git_directory), FIXES["default"][0], sample.line)
    assert status == 0
    lay_out(tools, sample, tree, tmp_path)
    assert steps_failing(sample, tmp_path) == []


@pytest.mark.slow
def test_without_a_fix_qa_refuses(sample: Sample, tools: Any, tmp_path: Path) -> None:
    lay_out(tools, sample, sample.line, tmp_path)
    assert steps_failing(sample, tmp_path) == [
        "candidate.orders-complete",
        "candidate.orders-served",
        "candidate.last-page-served",
    ]


@pytest.mark.slow
def test_the_first_of_two_fixes_is_refused_by_qa_and_the_second_mends_it(
    sample: Sample, tools: Any, tmp_path: Path
) -> None:
    first, second = FIXES["qa-fails-first"]
    status, half = tools.merge_fix(Git(sample.git_directory), first, sample.line)
    assert status == 0
    (tmp_path / "half").mkdir()
    lay_out(tools, sample, half, tmp_path / "half")
    assert steps_failing(sample, tmp_path / "half") == ["candidate.last-page-served"]
    status, whole = tools.merge_fix(Git(sample.git_directory), second, half)
    assert status == 0
    (tmp_path / "whole").mkdir()
    lay_out(tools, sample, whole, tmp_path / "whole")
    assert steps_failing(sample, tmp_path / "whole") == []


def test_two_fixes_merge_to_main_one_after_the_other(sample: Sample, tools: Any) -> None:
    first, second = FIXES["qa-fails-first"]
    assert Git(sample.git_directory).ask("merge-tree", "--write-tree", first, second).status == 0


def test_the_conflict_is_real_and_its_resolution_does_what_qa_asks(
    sample: Sample, tools: Any, tmp_path: Path
) -> None:
    status, _ = tools.merge_fix(Git(sample.git_directory), FIXES["conflict"][0], sample.line)
    assert status == 1
    lay_out(tools, sample, sample.resolution, tmp_path)
    assert steps_failing(sample, tmp_path) == []


def test_an_edit_that_does_not_fit_is_refused() -> None:
    told = CommitSpec("x", "main", datetime(2026, 3, 2, tzinfo=UTC), edits=(Edit("a", "two", "three"),))
    with pytest.raises(InputError, match="stands 2 times in a"):
        apply_edits({"a": b"two two"}, told)
