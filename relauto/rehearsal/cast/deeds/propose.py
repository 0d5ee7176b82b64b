"""Proposes a change by a pull request of one's own.

`told` holds `branch`, `onto` and `title`, and what is changed: `revert` names a commit, `append` has a text
for the end of a file by its path, `replace` a pair of texts by its path.
"""

from relauto.rehearsal.cast.api import Json
from relauto.rehearsal.cast.checkout import Checkout
from relauto.rehearsal.cast.errand import Errand, ErrandError


def act(errand: Errand) -> list[str]:
    """Push the branch and open its pull request, unless they are there.

    Raises:
        ApiError: the API refused.
        ErrandError: git could not, or a text that should be replaced is not in its file.
    """
    branch, onto, title = errand.told["branch"], errand.told["onto"], errand.told["title"]
    pulls = f"repos/{errand.source}/pulls"
    known = errand.api.get(pulls, state="all", head=f"{errand.source.partition('/')[0]}:{branch}")
    if known:
        return []
    checkout = Checkout.open(errand)
    checkout.switch(branch, f"origin/{onto}")
    change(checkout, title, errand.told)
    checkout.git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
    made = errand.api.post(pulls, {"head": branch, "base": onto, "title": title, "body": ""})
    return [f"#{made['number']}: {title}"]


def change(checkout: Checkout, title: str, told: Json) -> None:
    """Commit what is told on top of where the checkout stands.

    Raises:
        ErrandError: git could not, or a text that should be replaced is not in its file.
    """
    if "revert" in told:
        checkout.git("revert", "--no-edit", str(told["revert"]))
        return
    for path, text in told.get("append", {}).items():
        with (checkout.path / path).open("a", encoding="utf-8") as file:
            file.write(text)
    for path, (old, new) in told.get("replace", {}).items():
        content = (checkout.path / path).read_text("utf-8")
        if old not in content:
            raise ErrandError(f"{path} does not hold {old!r}")
        (checkout.path / path).write_text(content.replace(old, new, 1), "utf-8")
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--message", title)
