"""Picks a commit onto a line with plain git and proposes it by a pull request of one's own.

`told` holds the `commit`, the `branch` of the pull request, `onto` and `title`; the change that is told as
to `propose`, if any, follows the pick with the message `then`.
"""

from relauto.rehearsal.cast.checkout import Checkout
from relauto.rehearsal.cast.deeds.propose import change
from relauto.rehearsal.cast.errand import Errand


def act(errand: Errand) -> list[str]:
    """Push the branch and open its pull request, unless they are there.

    Raises:
        ApiError: the API refused.
        ErrandError: git could not, or the commit does not apply.
    """
    told, pulls = errand.told, f"repos/{errand.source}/pulls"
    branch, onto, commit = told["branch"], told["onto"], told["commit"]
    if errand.api.get(pulls, state="all", head=f"{errand.source.partition('/')[0]}:{branch}"):
        return []
    checkout = Checkout.open(errand)
    checkout.switch(branch, f"origin/{onto}")
    checkout.git("cherry-pick", "-x", commit)
    if "then" in told:
        change(checkout, told["then"], told)
    checkout.git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
    made = errand.api.post(pulls, {"head": branch, "base": onto, "title": told["title"], "body": ""})
    return [f"git cherry-pick -x {commit[:10]} onto {onto}, proposed as #{made['number']}"]
