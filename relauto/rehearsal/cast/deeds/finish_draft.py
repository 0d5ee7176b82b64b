"""Finishes a draft with a conflict in it, by the commands that stand in its text, typed as they are.

`told` holds the branch that it is aimed at as `onto`, and as `settled` a branch that has the files as they
shall be: what a person knows and no program does.
"""

import shlex

from relauto.rehearsal.cast.api import Json
from relauto.rehearsal.cast.checkout import Checkout
from relauto.rehearsal.cast.desk import blocks
from relauto.rehearsal.cast.errand import Errand


def act(errand: Errand) -> list[str]:
    """Settle every open draft onto the branch that still has conflict markers; returns what was done.

    Raises:
        ApiError: the API refused.
        ErrandError: one of the commands failed.
    """
    pulls = errand.api.pages(f"repos/{errand.source}/pulls", state="open", base=errand.told["onto"])
    return [done for pull in pulls if pull["draft"] and (done := _finish(errand, pull))]


def _finish(errand: Errand, pull: Json) -> str:
    checkout = Checkout.open(errand)
    before, behind = (code for info, code in blocks(pull["body"]) if info == "sh")
    _type(checkout, before)
    marked = checkout.git("diff", "--name-only", "-G^<<<<<<< ", "HEAD~", "HEAD").splitlines()
    if not marked:
        return ""
    checkout.git("checkout", f"origin/{errand.told['settled']}", "--", *marked)
    _type(checkout, behind)
    return f"settled #{pull['number']}: {', '.join(marked)}"


def _type(checkout: Checkout, commands: str) -> None:
    for line in commands.splitlines():
        program, *arguments = shlex.split(line)
        if program != "git":
            raise ValueError(f"no engineer would type {line!r} unseen")
        checkout.git(*arguments)
