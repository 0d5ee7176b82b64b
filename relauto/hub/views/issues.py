"""Issues, comments, labels and milestones."""

from relauto.hub.place import Place
from relauto.hub.records import Comment, Issue, Label, Labelling, Milestone, Pull, Reaction
from relauto.hub.views.common import Json, node_id, show_association, show_user


def show_label(place: Place, label: Label) -> Json:
    """Show a label (`label`)."""
    return {
        "id": label.id,
        "node_id": node_id("Label", label.id),
        "url": f"{place.url}/labels/{label.name}",
        "name": label.name,
        "description": label.description,
        "color": label.color,
        "default": False,
        "archived_at": None,
        "archived_by": None,
    }


def show_labels(place: Place, names: tuple[str, ...]) -> list[Json]:
    """Show those of the labels that exist."""
    labels = [place.get(Label, name.lower()) for name in names]
    return [show_label(place, label) for label in labels if label]


def show_milestone(place: Place, milestone: Milestone) -> Json:
    """Show a milestone (`milestone`) with the issues and pull requests that it counts."""
    members: list[Issue | Pull] = [*place.all(Issue), *place.all(Pull)]
    states = [member.state for member in members if member.milestone == milestone.number]
    url = f"{place.url}/milestones/{milestone.number}"
    return {
        "id": milestone.id,
        "node_id": node_id("Milestone", milestone.id),
        "url": url,
        "html_url": f"{place.page}/milestone/{milestone.number}",
        "labels_url": f"{url}/labels",
        "number": milestone.number,
        "title": milestone.title,
        "description": milestone.description,
        "state": milestone.state,
        "creator": show_user(place.call, milestone.creator),
        "open_issues": states.count("open"),
        "closed_issues": states.count("closed"),
        "due_on": milestone.due_on,
        "closed_at": milestone.closed_at,
        "created_at": milestone.created_at,
        "updated_at": milestone.updated_at,
    }


def show_chosen_milestone(place: Place, number: int | None) -> Json | None:
    """Show the milestone of an issue or pull request, None for none."""
    milestone = place.get(Milestone, number) if number is not None else None
    return show_milestone(place, milestone) if milestone else None


def show_issue(place: Place, item: Issue | Pull) -> Json:
    """Show an issue (`issue`); a pull request is shown as the issue that it also is."""
    url = f"{place.url}/issues/{item.number}"
    kind = "pull" if isinstance(item, Pull) else "issues"
    people = [show_user(place.call, login) for login in item.assignees]
    closed_by = item.merged_by if isinstance(item, Pull) else item.closed_by
    shown: Json = {
        "id": item.id,
        "node_id": node_id("Issue", item.id),
        "url": url,
        "repository_url": place.url,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{place.page}/{kind}/{item.number}",
        "number": item.number,
        "state": item.state,
        "state_reason": item.state_reason if isinstance(item, Issue) else None,
        "title": item.title,
        "body": item.body,
        "user": show_user(place.call, item.user),
        "labels": show_labels(place, item.labels),
        "assignee": people[0] if people else None,
        "assignees": people,
        "milestone": show_chosen_milestone(place, item.milestone),
        "locked": False,
        "comments": sum(comment.number == item.number for comment in place.all(Comment)),
        "closed_at": item.closed_at,
        "closed_by": show_user(place.call, closed_by) if closed_by else None,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
        "author_association": show_association(place, item.user),
    }
    if isinstance(item, Pull):
        page = f"{place.page}/pull/{item.number}"
        shown["draft"] = item.draft
        shown["pull_request"] = {
            "url": f"{place.url}/pulls/{item.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": item.merged_at,
        }
    return shown


def show_comment(place: Place, comment: Comment) -> Json:
    """Show a comment (`issue-comment`)."""
    page = "pull" if place.get(Pull, comment.number) else "issues"
    return {
        "id": comment.id,
        "node_id": node_id("IssueComment", comment.id),
        "url": f"{place.url}/issues/comments/{comment.id}",
        "html_url": f"{place.page}/{page}/{comment.number}#issuecomment-{comment.id}",
        "issue_url": f"{place.url}/issues/{comment.number}",
        "body": comment.body,
        "user": show_user(place.call, comment.user),
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "author_association": show_association(place, comment.user),
        "performed_via_github_app": None,
        "reactions": _count_reactions(place, comment),
    }


def _count_reactions(place: Place, comment: Comment) -> Json:
    contents: list[str] = [one.content for one in place.all(Reaction) if one.comment == comment.id]
    kinds = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")
    url = f"{place.url}/issues/comments/{comment.id}/reactions"
    return {"url": url, "total_count": len(contents), **{kind: contents.count(kind) for kind in kinds}}


def show_reaction(place: Place, reaction: Reaction) -> Json:
    """Show a reaction (`reaction`)."""
    return {
        "id": reaction.id,
        "node_id": node_id("Reaction", reaction.id),
        "user": show_user(place.call, reaction.user),
        "content": reaction.content,
        "created_at": reaction.created_at,
    }


def show_labelling(place: Place, labelling: Labelling) -> Json:
    """Show that somebody put a label or took it away (`labeled-issue-event`)."""
    label = place.get(Label, labelling.label.lower())
    return {
        "id": labelling.id,
        "node_id": node_id("LabeledEvent", labelling.id),
        "url": f"{place.url}/issues/events/{labelling.id}",
        "actor": show_user(place.call, labelling.user),
        "event": labelling.event,
        "commit_id": None,
        "commit_url": None,
        "created_at": labelling.created_at,
        "label": {"name": labelling.label, "color": label.color if label else ""},
        "performed_via_github_app": None,
    }
