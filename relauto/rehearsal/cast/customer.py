"""The account manager: has the customer check what was delivered, and passes on the acknowledgement."""

from relauto.rehearsal.cast.desk import Asked, answer, read_desk
from relauto.rehearsal.cast.errand import Errand
from relauto.rehearsal.cast.facts import asset_faults, download_assets, kit_digest, published_releases


def act(errand: Errand) -> list[str]:
    """Acknowledge every delivery that the desk asks about and whose files are what was announced.

    Raises:
        ApiError: the API refused.
    """
    return [_acknowledge(errand, asked) for asked in read_desk(errand) if asked.words[0] == "/acknowledge"]


def _acknowledge(errand: Errand, asked: Asked) -> str:
    digest = asked.words[1] if len(asked.words) > 1 else ""
    for release in published_releases(errand):
        if kit_digest(errand, release) != digest:
            continue
        faults = asset_faults(release, download_assets(errand, release))
        if faults:
            return f"not acknowledged: {'; '.join(faults)}"
        count = len(release["assets"])
        said = f"received and verified by the customer: {release['tag_name']}, {count} files"
        return answer(errand, asked.issue, f"/acknowledge {digest} {said}")
    return f"not acknowledged: no published release has the digest {digest}"
