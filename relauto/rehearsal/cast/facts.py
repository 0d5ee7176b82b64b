"""What several members of the cast look up before they stand for anything."""

import re
from collections.abc import Iterator

from relauto.rehearsal.cast.api import Json, sha256
from relauto.rehearsal.cast.errand import Errand
from relauto.rehearsal.cast.tags import find_tag

_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/-]*")

SUMS = "SHA256SUMS"


def is_green(errand: Errand, commit: str) -> bool:
    """Tell whether the check, a check run or a commit status, was reported on the commit and succeeded.

    Raises:
        ApiError: the API refused.
    """
    address = f"repos/{errand.source}/commits/{commit}/check-runs"
    runs = errand.api.pages(address, "check_runs", check_name=errand.check_name)
    said = [run["conclusion"] for run in runs] + status_states(errand, commit)
    return bool(said) and set(said) == {"success"}


def status_states(errand: Errand, commit: str) -> list[str]:
    """Return the state of the check where it was reported as a commit status, which no App needs to be.

    Raises:
        ApiError: the API refused.
    """
    found = errand.api.get(f"repos/{errand.source}/commits/{commit}/status", per_page=100)["statuses"]
    return [status["state"] for status in found if status["context"] == errand.check_name]


def is_approved(errand: Errand, pull: Json) -> bool:
    """Tell whether somebody else than its author approved the pull request at its head, and nobody objects.

    Raises:
        ApiError: the API refused.
    """
    said: dict[str, str] = {}
    for review in errand.api.pages(f"repos/{errand.source}/pulls/{pull['number']}/reviews"):
        if review["commit_id"] == pull["head"]["sha"] and review["state"] in (
            "APPROVED",
            "CHANGES_REQUESTED",
        ):
            said[review["user"]["login"]] = review["state"]
    said.pop(pull["user"]["login"], None)
    return bool(said) and set(said.values()) == {"APPROVED"}


def verdict(comments: list[Json], tester: str, tag: str) -> str:
    """Return the tester's last word on a tag, `pass` or `fail`, or nothing."""
    word = ""
    for comment in comments:
        if comment["user"]["login"] == tester:
            for line in comment["body"].splitlines():
                words = line.split()
                if len(words) >= 3 and words[0] == "/qa" and words[1] in ("pass", "fail") and words[2] == tag:
                    word = words[1]
    return word


def asked_tag(title: str) -> str:
    """Return the tag that the title of a QA issue names, or nothing: `Verify TAG of PRODUCT`."""
    words = title.split()
    return words[1] if len(words) > 1 and words[0] == "Verify" and _TAG.fullmatch(words[1]) else ""


def qa_passed(errand: Errand, tag: str) -> bool:
    """Tell whether QA passed the candidate.

    Raises:
        ApiError: the API refused.
    """
    words = [
        verdict(
            list(errand.api.pages(f"repos/{errand.qa}/issues/{issue['number']}/comments")), errand.tester, tag
        )
        for issue in errand.api.pages(f"repos/{errand.qa}/issues", labels="relauto-qa", state="all")
        if asked_tag(issue["title"]) == tag and issue["user"]["login"] == errand.bot
    ]
    return bool(words) and words[0] == "pass"


def published_releases(errand: Errand) -> Iterator[Json]:
    """Yield the releases that customers can have, newest first.

    Raises:
        ApiError: the API refused.
    """
    for release in errand.api.pages(f"repos/{errand.release}/releases"):
        if not release["draft"] and not release["prerelease"]:
            yield release


def kit_digest(errand: Errand, release: Json) -> str:
    """Return the SHA-256 of a release's SHA256SUMS; without files, that of the line `COMMIT  TAG`.

    Raises:
        ApiError: the API refused.
    """
    for asset in release["assets"]:
        if asset["name"] == SUMS:
            return sha256(errand.api.download(asset["url"]))
    tag = None if release["assets"] else find_tag(errand, release["tag_name"])
    return sha256(f"{tag.commit}  {tag.name}\n".encode()) if tag else ""


def download_assets(errand: Errand, release: Json) -> dict[str, bytes]:
    """Return a release's files by name.

    Raises:
        ApiError: the API refused.
    """
    return {asset["name"]: errand.api.download(asset["url"]) for asset in release["assets"]}


def asset_faults(release: Json, files: dict[str, bytes]) -> list[str]:
    """Return where the files, the digests that the API tells and SHA256SUMS do not agree."""
    faults = []
    for asset in release["assets"]:
        name, told = asset["name"], asset.get("digest")
        if asset["state"] != "uploaded":
            faults.append(f"{name} was not uploaded whole")
        if told != f"sha256:{sha256(files[name])}":
            faults.append(f"{name} is not what the API says: {told}")
    return faults + (sums_faults(files) if files else [])


def sums_faults(files: dict[str, bytes]) -> list[str]:
    """Return where SHA256SUMS and the files beside it do not agree, in either direction."""
    if SUMS not in files:
        return [f"there is no {SUMS}"]
    listed: dict[str, str] = {}
    for line in files[SUMS].decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition(" ")
        listed[name.lstrip(" *")] = digest
    faults = [f"{name} is listed and not there" for name in listed if name not in files]
    for name, content in files.items():
        if name.startswith(SUMS):
            continue
        if name not in listed:
            faults.append(f"{name} is not listed in {SUMS}")
        elif listed[name] != sha256(content):
            faults.append(f"{name} is not what {SUMS} says")
    return faults
