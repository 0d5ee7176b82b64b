"""Writes a comment on the incident's desk: `told["text"]`."""

from relauto.rehearsal.cast.errand import Errand, ErrandError

_LABEL = "relauto-desk"


def act(errand: Errand) -> list[str]:
    """Say it at each open desk, unless this member has said the same there.

    Raises:
        ApiError: the API refused.
        ErrandError: no desk is open.
    """
    desks = [
        issue
        for issue in errand.api.pages(f"repos/{errand.ops}/issues", labels=_LABEL, state="open")
        if issue["user"]["login"] == errand.bot
    ]
    if not desks:
        raise ErrandError(f"no desk is open in {errand.ops}")
    return [done for desk in desks if (done := _say(errand, desk["number"], errand.told["text"]))]


def _say(errand: Errand, number: int, text: str) -> str:
    address = f"repos/{errand.ops}/issues/{number}/comments"
    said = [each["body"] for each in errand.api.pages(address) if each["user"]["login"] == errand.login]
    if text in said:
        return ""
    errand.api.post(address, {"body": text})
    return text
