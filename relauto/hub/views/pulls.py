"""Pull requests and their reviews."""

from relauto.hub.place import Place
from relauto.hub.records import AutoMerge, Pull, Review
from relauto.hub.views.common import Json, node_id, show_association, show_repository, show_user
from relauto.hub.views.issues import show_chosen_milestone, show_labels


def _show_end(place: Place, ref: str, sha: str) -> Json:
    repository = show_repository(place)
    return {
        "label": f"{place.repository.owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": repository["owner"],
        "repo": repository,
    }


def _list_links(place: Place, pull: Pull) -> dict[str, str]:
    url, issue = f"{place.url}/pulls/{pull.number}", f"{place.url}/issues/{pull.number}"
    return {
        "self": url,
        "html": f"{place.page}/pull/{pull.number}",
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{place.url}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{place.url}/statuses/{pull.head_sha}",
    }


def show_pull(place: Place, pull: Pull) -> Json:
    """Show a pull request as lists have it (`pull-request-simple`)."""
    page = f"{place.page}/pull/{pull.number}"
    people = [show_user(place.call, login) for login in pull.assignees]
    links = _list_links(place, pull)
    return {
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "url": links["self"],
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": links["issue"],
        "commits_url": links["commits"],
        "comments_url": links["comments"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "statuses_url": links["statuses"],
        "_links": {name: {"href": address} for name, address in links.items()},
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "body": pull.body,
        "user": show_user(place.call, pull.user),
        "labels": show_labels(place, pull.labels),
        "assignee": people[0] if people else None,
        "assignees": people,
        "requested_reviewers": [show_user(place.call, login) for login in pull.requested_reviewers],
        "requested_teams": [],
        "milestone": show_chosen_milestone(place, pull.milestone),
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit or pull.test_merge,
        "head": _show_end(place, pull.head_ref, pull.head_sha),
        "base": _show_end(place, pull.base_ref, pull.base_sha),
        "author_association": show_association(place, pull.user),
        "auto_merge": _show_auto_merge(place, pull),
        "draft": pull.draft,
    }


def _show_auto_merge(place: Place, pull: Pull) -> Json | None:
    wish = place.get(AutoMerge, pull.number)
    if wish is None:
        return None
    return {
        "enabled_by": show_user(place.call, wish.by),
        "merge_method": wish.method,
        "commit_title": wish.title or "",
        "commit_message": wish.message or "",
    }


def show_review(place: Place, review: Review) -> Json:
    """Show a review (`pull-request-review`)."""
    page = f"{place.page}/pull/{review.number}"
    url = f"{place.url}/pulls/{review.number}"
    shown = {
        "id": review.id,
        "node_id": node_id("PullRequestReview", review.id),
        "user": show_user(place.call, review.user),
        "body": review.body,
        "state": review.state,
        "commit_id": review.commit,
        "html_url": f"{page}#pullrequestreview-{review.id}",
        "pull_request_url": url,
        "_links": {
            "html": {"href": f"{page}#pullrequestreview-{review.id}"},
            "pull_request": {"href": url},
        },
        "author_association": show_association(place, review.user),
    }
    return shown | ({"submitted_at": review.submitted_at} if review.submitted_at else {})
