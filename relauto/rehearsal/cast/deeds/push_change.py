"""Pushes a further commit to `told["branch"]`, with `told["title"]`; the change is told as to `propose`."""

from relauto.rehearsal.cast.checkout import Checkout
from relauto.rehearsal.cast.deeds.propose import change
from relauto.rehearsal.cast.errand import Errand


def act(errand: Errand) -> list[str]:
    """Push the commit, unless the branch's last one has its title.

    Raises:
        ErrandError: git could not, or a text that should be replaced is not in its file.
    """
    branch, title = errand.told["branch"], errand.told["title"]
    checkout = Checkout.open(errand)
    checkout.switch(branch, f"origin/{branch}")
    if checkout.git("log", "-1", "--format=%s") == title:
        return []
    change(checkout, title, errand.told)
    checkout.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    return [f"{branch}: {title}"]
