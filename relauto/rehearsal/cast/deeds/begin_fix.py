"""Begins a branch of one's own with a change that lies elsewhere already, and pushes it.

`told` holds the `branch`, `onto` (where it begins) and `take`, the branch with the change.
"""

from relauto.rehearsal.cast.checkout import Checkout
from relauto.rehearsal.cast.errand import Errand


def act(errand: Errand) -> list[str]:
    """Push the branch, unless it is there.

    Raises:
        ErrandError: git could not, or the change does not apply.
    """
    told = errand.told
    branch, onto, take = told["branch"], told["onto"], told["take"]
    checkout = Checkout.open(errand)
    if checkout.git("ls-remote", "origin", f"refs/heads/{branch}"):
        return []
    checkout.switch(branch, onto if onto.startswith("refs/") else f"origin/{onto}")
    checkout.git("cherry-pick", f"origin/{take}")
    checkout.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    return [f"{branch}, begun on {onto}"]
