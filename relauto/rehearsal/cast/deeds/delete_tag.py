"""Deletes a tag from the product's repository: `told["tag"]`."""

from relauto.rehearsal.cast.checkout import Checkout
from relauto.rehearsal.cast.errand import Errand


def act(errand: Errand) -> list[str]:
    """Delete the tag, unless it is gone.

    Raises:
        ErrandError: git could not.
    """
    tag, checkout = errand.told["tag"], Checkout.open(errand)
    if not checkout.git("ls-remote", "--tags", "origin", f"refs/tags/{tag}"):
        return []
    checkout.git("push", "--quiet", "origin", f":refs/tags/{tag}")
    return [f"git push origin :refs/tags/{tag}"]
