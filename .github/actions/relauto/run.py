"""Run one relauto task from what the environment holds: `TASK`, and `OPTIONS` as one JSON object.

No shell reads the values, and none of them becomes another option or another task. What waits for people
or for CI ends well: a workflow is red for failures only.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_BAD_INPUT = 2
_PATIENT = {3: "a person must decide", 4: "waiting for others"}


def read_arguments(task: str, options: str) -> list[str]:
    """Return the arguments of the command line.

    Raises:
        ValueError: the task, or an option's name or value, is none.
    """
    if not re.fullmatch(r"[a-z]+([.-][a-z]+)*", task):
        raise ValueError("the task is none: it is made of small letters, dots and hyphens")
    try:
        told = json.loads(options)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ValueError("options are one JSON object")  # noqa: TRY004 - every fault of the input ends alike
    return [task, *_list_options(told)]


def _list_options(told: dict[str, object]) -> Iterator[str]:
    for name, value in told.items():
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
            raise ValueError("the name of an option is none: it is made of small letters and hyphens")
        if value is True:
            yield f"--{name}"
        elif isinstance(value, str | int) and value:
            # Invoke would take such a value for an option.
            if str(value).startswith("-"):
                raise ValueError(f"the value of --{name} begins with a dash")
            yield f"--{name}={value}"
        elif value not in ("", None, False, 0):
            raise ValueError(f"--{name} is a text, a number or a truth")


def run(arguments: list[str]) -> int:
    """Run the task in this process; return its exit status."""
    from relauto.tasks.program import program

    try:
        program.run(["relauto", *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def main() -> None:
    """End with 0 where nothing failed, and tell the workflow how it ended."""
    try:
        arguments = read_arguments(os.environ["TASK"], os.environ["OPTIONS"])
    except ValueError as error:
        print(f"relauto: {error}", file=sys.stderr)  # noqa: T201
        status = _BAD_INPUT
    else:
        status = run(arguments)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.write(f"status={status}\n")
    if status in _PATIENT:
        print(f"::notice title=relauto::{_PATIENT[status]}: see above")  # noqa: T201
    raise SystemExit(0 if status in _PATIENT else status)


if __name__ == "__main__":
    main()
