"""A pull request's page by GraphQL and by REST, and what is put on it, each write once."""

import pytest

from relauto.github.faults import ForbiddenError
from relauto.github.pull_page import Page, Report, look_at_page, remove_label, report, set_milestone
from relauto.model.names import Commit

DONE = Report("relauto / leak", "success", "nothing")


def node(say, *contexts, more=False, **changes):
    comment = {
        "fullDatabaseId": "11",
        "author": say.actor("relauto[bot]"),
        "body": "how far",
        "createdAt": "2026-03-02T03:00:00Z",
        "lastEditedAt": None,
        "url": f"{say.WEB}/issues/1#issuecomment-11",
    }
    return {
        "headRefOid": say.HEAD,
        "labels": {"nodes": [{"name": "sev1"}, {"name": "merged"}]},
        "milestone": {"number": 3, "title": "1.4.3"},
        "comments": {"pageInfo": {"hasNextPage": more}, "nodes": [comment]},
        "commits": {"nodes": [{"commit": {"statusCheckRollup": rollup(contexts)}}]},
        **changes,
    }


def rollup(contexts):
    return {"contexts": {"pageInfo": {"hasNextPage": False}, "nodes": list(contexts)}} if contexts else None


def answer(node):
    return {"repository": {"pullRequest": node}}


def serve_by_rest(wire, say):
    labels = [{"name": "sev1"}, {"name": "merged"}]
    wire.answer("GET", "pulls/7", say.pull(labels=labels, milestone={"number": 3, "title": "1.4.3"}))
    wire.answer("GET", "issues/7/comments", [say.comment(11, "how far", "relauto[bot]")])
    runs = [
        {**say.run("relauto / leak", "completed", "success"), "output": {"title": "nothing"}},
        {**say.run("unit tests", "in_progress", None), "output": {"title": None}},
    ]
    wire.answer("GET", f"commits/{say.HEAD}/check-runs", {"check_runs": runs})
    states = [{**say.status("relauto / scope", "failure"), "description": "too much"}]
    wire.answer("GET", f"commits/{say.HEAD}/status", {"statuses": states})


def test_a_page_is_the_same_both_ways(wire, client, open_client, say):
    wire.graphql(
        answer(
            node(
                say,
                say.run_node("relauto / leak", "completed", "success", title="nothing"),
                say.run_node("unit tests", "in_progress", None, title=None),
                say.status_node("relauto / scope", "failure", description="too much"),
            )
        )
    )
    by_graphql = look_at_page(client, 7).read()
    assert wire.sent() == ["POST /graphql"]
    wire.mock.reset()
    wire.no_graphql()
    serve_by_rest(wire, say)
    assert look_at_page(open_client(), 7).read() == by_graphql
    assert by_graphql == Page(
        say.HEAD,
        by_graphql.comments,
        ("merged", "sev1"),
        "1.4.3",
        (DONE, Report("relauto / scope", "failure", "too much")),
    )
    assert [(one.id, one.author, one.body) for one in by_graphql.comments] == [
        (11, "relauto[bot]", "how far")
    ]


def test_a_page_with_more_comments_is_read_by_rest(wire, client, say):
    wire.graphql(answer(node(say, more=True)))
    serve_by_rest(wire, say)
    assert len(look_at_page(client, 7).read().comments) == 1


@pytest.mark.parametrize("as_app", [True, False])
@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_report_is_looked_for(wire, client, say, as_app, happened):
    path = "check-runs" if as_app else f"statuses/{say.HEAD}"
    wire.lose("POST", path)
    wire.answer("POST", path, {"id": 1}, 201)
    run = {**say.run(DONE.name, "completed", "success"), "output": {"title": DONE.text}}
    wire.answer("GET", f"commits/{say.HEAD}/check-runs", {"check_runs": [run] if happened else []})
    wire.answer("GET", f"commits/{say.HEAD}/status", {"statuses": []})
    report(client, Commit(say.HEAD), DONE, as_app=as_app)
    assert wire.sent().count(f"POST {path}") == (1 if happened else 2)


def test_a_report_that_is_forbidden_says_so(wire, client, say):
    wire.refuse("POST", "check-runs", 403, "You must authenticate via a GitHub App.")
    with pytest.raises(ForbiddenError):
        report(client, Commit(say.HEAD), DONE, as_app=True)


def test_a_label_that_is_gone_by_now_is_taken_away(wire, client, say):
    wire.refuse("DELETE", "issues/7/labels/in%20review", 404, "Label does not exist")
    wire.answer("GET", "issues/7/labels", [{"name": "sev1"}])
    remove_label(client, 7, "in review")
    assert client.counts.write == 1


@pytest.mark.parametrize("known", [True, False])
def test_a_milestone_is_made_where_there_is_none(wire, client, say, known):
    wire.answer("GET", "milestones", [{"number": 3, "title": "1.4.3"}] if known else [])
    wire.answer("POST", "milestones", {"number": 3, "title": "1.4.3"}, 201)
    wire.answer("PATCH", "issues/7", {})
    set_milestone(client, 7, "1.4.3")
    assert [each for each in wire.sent() if not each.startswith("GET")] == [
        *([] if known else ["POST milestones"]),
        "PATCH issues/7",
    ]
