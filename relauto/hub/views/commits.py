"""Refs, commits, tags, branches and comparisons."""

from collections.abc import Sequence

from relauto.hub.bare import CommitData, FileChange, Person, Ref, TagData
from relauto.hub.place import Place
from relauto.hub.records import Protection, User
from relauto.hub.views.common import Json, node_id, show_user
from relauto.hub.views.rules import show_checks


def show_ref(place: Place, ref: Ref) -> Json:
    """Show a ref (`git-ref`)."""
    return {
        "ref": ref.name,
        "node_id": node_id("Ref", f"{place.name}:{ref.name}"),
        "url": f"{place.url}/git/{ref.name}",
        "object": {"sha": ref.sha, "type": ref.kind, "url": f"{place.url}/git/{ref.kind}s/{ref.sha}"},
    }


def show_tag_object(place: Place, tag: TagData) -> Json:
    """Show an annotated tag object (`git-tag`)."""
    kind, sha = tag.object_type, tag.object_sha
    return {
        "node_id": node_id("Tag", f"{place.name}:{tag.sha}"),
        "sha": tag.sha,
        "url": f"{place.url}/git/tags/{tag.sha}",
        "tag": tag.tag,
        "message": tag.message,
        "tagger": _show_person(tag.tagger),
        "object": {"type": kind, "sha": sha, "url": f"{place.url}/git/{kind}s/{sha}"},
        "verification": _show_verification(None),
    }


def _show_person(person: Person) -> Json:
    return {"name": person.name, "email": person.email, "date": person.date}


def _show_verification(signature: str | None) -> Json:
    # The hub knows nobody's keys, so a signature is told but never vouched for.
    reason = "unknown_key" if signature else "unsigned"
    return {"verified": False, "reason": reason, "signature": signature, "payload": None, "verified_at": None}


def show_git_commit(place: Place, commit: CommitData) -> Json:
    """Show a commit object (`git-commit`)."""
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", f"{place.name}:{commit.sha}"),
        "url": f"{place.url}/git/commits/{commit.sha}",
        "html_url": f"{place.page}/commit/{commit.sha}",
        "author": _show_person(commit.author),
        "committer": _show_person(commit.committer),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{place.url}/git/trees/{commit.tree}"},
        "parents": [
            {
                "sha": sha,
                "url": f"{place.url}/git/commits/{sha}",
                "html_url": f"{place.page}/commit/{sha}",
            }
            for sha in commit.parents
        ],
        "verification": _show_verification(commit.signature),
    }


def _show_account(place: Place, person: Person) -> Json | None:
    """Show the account behind an e-mail address; GitHub knows its own noreply ones."""
    local, _, host = person.email.partition("@")
    login = local.partition("+")[2]
    if host != "users.noreply.github.com" or place.call.tx.get(User, "", login.lower()) is None:
        return None
    return show_user(place.call, login)


def show_commit(place: Place, commit: CommitData, changes: Sequence[FileChange] | None = None) -> Json:
    """Show a commit (`commit`), with its files when they are given."""
    url = f"{place.url}/commits/{commit.sha}"
    inner = show_git_commit(place, commit)
    shown = {
        "sha": commit.sha,
        "node_id": inner["node_id"],
        "url": url,
        "html_url": inner["html_url"],
        "comments_url": f"{url}/comments",
        "commit": {
            "url": inner["url"],
            "author": inner["author"],
            "committer": inner["committer"],
            "message": commit.message,
            "tree": inner["tree"],
            "comment_count": 0,
            "verification": inner["verification"],
        },
        "author": _show_account(place, commit.author),
        "committer": _show_account(place, commit.committer),
        "parents": [
            {"sha": sha, "url": f"{place.url}/commits/{sha}", "html_url": f"{place.page}/commit/{sha}"}
            for sha in commit.parents
        ],
    }
    if changes is not None:
        added, removed = sum(c.additions for c in changes), sum(c.deletions for c in changes)
        shown["stats"] = {"total": added + removed, "additions": added, "deletions": removed}
        shown["files"] = [show_file(place, change, commit.sha) for change in changes]
    return shown


def show_file(place: Place, change: FileChange, sha: str) -> Json:
    """Show a changed file (`diff-entry`)."""
    shown: Json = {
        "sha": change.blob if change.blob.strip("0") else None,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{place.page}/blob/{sha}/{change.path}",
        "raw_url": f"{place.page}/raw/{sha}/{change.path}",
        "contents_url": f"{place.url}/contents/{change.path}?ref={sha}",
    }
    if change.patch is not None:
        shown["patch"] = change.patch
    if change.previous is not None:
        shown["previous_filename"] = change.previous
    return shown


def show_tag(place: Place, ref: Ref) -> Json:
    """Show a tag in the list of tags (`tag`)."""
    name = ref.name.removeprefix("refs/tags/")
    return {
        "name": name,
        "node_id": node_id("Ref", f"{place.name}:{ref.name}"),
        "commit": {"sha": ref.commit, "url": f"{place.url}/commits/{ref.commit}"},
        "zipball_url": f"{place.url}/zipball/{ref.name}",
        "tarball_url": f"{place.url}/tarball/{ref.name}",
    }


def show_protection(place: Place, protection: Protection | None) -> Json:
    """Show what a branch says of its protection to everyone who can read it."""
    checks = protection.required_checks if protection else ()
    return {
        "enabled": protection is not None,
        "required_status_checks": {
            "enforcement_level": "everyone" if checks else "off",
            "contexts": list(checks),
            "checks": show_checks(place, protection, "app_id") if protection else [],
        },
    }


def show_branch(place: Place, name: str, sha: str, protection: Protection | None) -> Json:
    """Show a branch in a list (`short-branch`). A ruleset protects, too, but is told by the rules."""
    classic = None if protection is None or protection.ruleset else protection
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{place.url}/commits/{sha}"},
        "protected": protection is not None,
        "protection": show_protection(place, classic),
        "protection_url": f"{place.url}/branches/{name}/protection",
    }


def show_comparison(
    place: Place,
    ends: tuple[str, str],
    commits: tuple[CommitData, CommitData, Sequence[CommitData]],
    counts: tuple[int, int],
    changes: Sequence[FileChange],
) -> Json:
    """Show what a head has that a base has not (`commit-comparison`).

    Args:
        place: the repository.
        ends: base and head as they were asked for.
        commits: the base's commit, the merge base, and the page of the head's own commits.
        counts: commits ahead and behind.
        changes: the files that differ between merge base and head.
    """
    (base, head), (ahead, behind) = ends, counts
    url = f"{place.page}/compare/{base}...{head}"
    both = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    tip = commits[2][-1].sha if commits[2] else commits[1].sha
    return {
        "url": f"{place.url}/compare/{base}...{head}",
        "html_url": url,
        "permalink_url": url,
        "diff_url": f"{url}.diff",
        "patch_url": f"{url}.patch",
        "base_commit": show_commit(place, commits[0]),
        "merge_base_commit": show_commit(place, commits[1]),
        "status": both,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [show_commit(place, commit) for commit in commits[2]],
        "files": [show_file(place, change, tip) for change in changes],
    }
