"""`python -m relauto.rehearsal.cast ROLE`: one errand on standard input, one report on standard output."""

import importlib
import json
import os
import re
import sys

from relauto.rehearsal.cast.api import ApiError
from relauto.rehearsal.cast.errand import Errand, ErrandError, read_errand

ROLES = ("reviewer", "ci", "qa", "release-manager", "customer", "engineer", "second-manager")
_DEED = re.compile(r"[a-z]+(_[a-z]+)*")


def main(arguments: list[str]) -> int:
    """Run one errand; 0 when all that could be done is done, 1 when the world refused."""
    if len(arguments) != 1 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m relauto.rehearsal.cast {{{'|'.join(ROLES)}}} < errand.json\n")
        return 2
    role = arguments[0]
    try:
        errand = read_errand(json.load(sys.stdin), os.environ.get("CAST_TOKEN", ""))
        errand.work.mkdir(parents=True, exist_ok=True)
        did = importlib.import_module(_choose(role, errand)).act(errand)
    except (ApiError, ErrandError, json.JSONDecodeError) as error:
        sys.stderr.write(f"{role}: {error}\n")
        return 1
    sys.stdout.write(json.dumps({"role": role, "did": did}) + "\n")
    return 0


def _choose(role: str, errand: Errand) -> str:
    if errand.deed and not _DEED.fullmatch(errand.deed):
        raise ErrandError(f"{errand.deed!r} is not the name of a deed")
    if not errand.deed and role in ("engineer", "second-manager"):
        raise ErrandError(f"the {role} is sent for a deed of a scenario only")
    return f"relauto.rehearsal.cast.{f'deeds.{errand.deed}' if errand.deed else role.replace('-', '_')}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
