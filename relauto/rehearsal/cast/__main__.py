"""`python -m relauto.rehearsal.cast ROLE`: one errand on standard input, one report on standard output."""

import importlib
import json
import os
import sys

from relauto.rehearsal.cast.api import ApiError
from relauto.rehearsal.cast.errand import ErrandError, read_errand

ROLES = ("reviewer", "ci", "qa", "release-manager", "customer")


def main(arguments: list[str]) -> int:
    """Run one errand; 0 when all that could be done is done, 1 when the world refused."""
    if len(arguments) != 1 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m relauto.rehearsal.cast {{{'|'.join(ROLES)}}} < errand.json\n")
        return 2
    role = arguments[0]
    try:
        errand = read_errand(json.load(sys.stdin), os.environ.get("CAST_TOKEN", ""))
        errand.work.mkdir(parents=True, exist_ok=True)
        member = importlib.import_module(f"relauto.rehearsal.cast.{role.replace('-', '_')}")
        did = member.act(errand)
    except (ApiError, ErrandError, json.JSONDecodeError) as error:
        sys.stderr.write(f"{role}: {error}\n")
        return 1
    sys.stdout.write(json.dumps({"role": role, "did": did}) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
