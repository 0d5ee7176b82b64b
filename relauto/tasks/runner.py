"""What GitHub's runner takes from a step: outputs, annotations, and the summary that people read.

The forms are those of GitHub's "Workflow commands for GitHub Actions". Outside of a workflow nothing of
this is written.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from relauto.redaction import redact
from relauto.surroundings import is_workflow
from relauto.tasks.output import phrase

_MOST = 1_048_576
"""Bytes of a step's summary; GitHub drops one that is longer."""

_CUT = "\n\nThe rest is left out: a summary is at most 1 MiB.\n"


def write_outputs(values: Mapping[str, str]) -> None:
    """Set outputs of this step, for the steps and jobs behind it."""
    path = os.environ.get("GITHUB_OUTPUT")
    if not path:
        return
    with Path(path).open("a", encoding="utf-8") as file:
        for name, value in values.items():
            # Nobody can guess the word that ends a value, and so none can end early and set another.
            end = f"end-{secrets.token_hex(16)}"
            file.write(f"{name}<<{end}\n{redact(value)}\n{end}\n")


def write_summary(text: str) -> None:
    """Show a text (Markdown) on the page of this run, cut to what GitHub takes."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    with Path(path).open("ab") as file:
        room = _MOST - file.tell()
        content = redact(text).encode()
        if len(content) > room:
            kept = content[: max(0, room - len(_CUT))].decode("utf-8", "ignore")
            content = (kept.rpartition("\n")[0] + _CUT).encode() if kept else b""
        file.write(content)


def annotate(level: Literal["notice", "warning", "error"], title: str, text: str) -> None:
    """Put a word beside this run where people see it, as it may be said there."""
    told = phrase(text)
    if is_workflow() and told:
        print(f"::{level} title={_escape_property(phrase(title))}::{_escape(told)}", file=sys.stderr)


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
