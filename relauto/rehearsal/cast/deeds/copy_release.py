"""Releases a candidate by hand: `told["tag"]` on the commit of `told["candidate"]`, with its files."""

from relauto.rehearsal.cast.checkout import Checkout
from relauto.rehearsal.cast.errand import Errand, ErrandError
from relauto.rehearsal.cast.publication import find_release, publish_files, read_files


def act(errand: Errand) -> list[str]:
    """Push the tag and publish the release, unless they are there.

    Raises:
        ApiError: the API refused.
        ErrandError: git could not, or the candidate has no release.
    """
    tag, candidate = errand.told["tag"], errand.told["candidate"]
    built = find_release(errand, candidate)
    if built is None:
        raise ErrandError(f"{candidate} has no release")
    checkout, did = Checkout.open(errand), []
    if not checkout.git("ls-remote", "--tags", "origin", f"refs/tags/{tag}"):
        checkout.git("tag", "--force", "--annotate", "--message", tag, tag, f"{candidate}^{{commit}}")
        checkout.git("push", "--quiet", "origin", f"refs/tags/{tag}")
        did.append(f"git tag {tag} {candidate}^{{commit}}; git push origin {tag}")
    if publish_files(errand, tag, read_files(errand, built), prerelease=False):
        did.append(f"published {tag} with the files of {candidate}")
    return did
