"""What GitHub's runner takes from a step: nothing that anybody wrote becomes more than text."""

import itertools

import pytest

from relauto.tasks import runner

HOSTILE = "a%0A::error::b\r\n::set-output name=status::0\n##[error]c\nstatus<<end\n1\nend\nd"


@pytest.fixture
def step(tmp_path, monkeypatch):
    """A step of a private repository's workflow, with the files that the runner gives it."""
    monkeypatch.setattr("relauto.tasks.output.is_public", lambda: False)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name in ("OUTPUT", "STEP_SUMMARY"):
        monkeypatch.setenv(f"GITHUB_{name}", str(tmp_path / name))
    return tmp_path


def read_outputs(path):
    """Read a file of outputs as the runner does."""
    lines, values = iter(path.read_text("utf-8").splitlines()), {}
    for line in lines:
        name, _, end = line.partition("<<")
        values[name] = "\n".join(itertools.takewhile(end.__ne__, lines))
    return values


def test_a_value_cannot_set_another_output(step):
    runner.write_outputs({"status": "3", "incidents": HOSTILE})
    runner.write_outputs({"handled": "true"})
    assert read_outputs(step / "OUTPUT") == {
        "status": "3",
        "incidents": HOSTILE.replace("\r\n", "\n"),
        "handled": "true",
    }


def test_an_annotation_is_one_command_whatever_it_says(step, capsys):
    runner.annotate("notice", f"INC-aaaa: x, {HOSTILE}", HOSTILE)
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    title, _, text = line.removeprefix("::notice title=").partition("::")
    assert title.startswith("INC-aaaa%3A x%2C a%250A%3A%3Aerror%3A%3Ab")
    assert ":" not in title
    assert "," not in title
    assert text.startswith("a%250A::error::b")
    assert "\r" not in line


def test_outside_of_a_workflow_nothing_is_annotated_or_written(capsys, tmp_path):
    runner.annotate("error", "title", "text")
    runner.write_outputs({"a": "b"})
    runner.write_summary("text")
    told = capsys.readouterr()
    assert (told.out, told.err, list(tmp_path.glob("*.txt"))) == ("", "", [])


def test_a_summary_that_is_full_takes_nothing_more(step):
    path = step / "STEP_SUMMARY"
    path.write_bytes(b"x" * 1_048_576)
    runner.write_summary("more")
    assert path.stat().st_size == 1_048_576


def test_a_summary_is_cut_between_lines_and_never_within_a_character(step):
    runner.write_summary("ä" * 600 + "\n" + "ö\n" * 600_000)
    content = (step / "STEP_SUMMARY").read_bytes()
    assert len(content) <= 1_048_576
    told = content.decode("utf-8")
    assert told.endswith("ö\n\nThe rest is left out: a summary is at most 1 MiB.\n")
