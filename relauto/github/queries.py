"""What relauto asks by GraphQL: looks, alone or several in one document; the mutations that REST has not.

Every field is one of GitHub's public schema (https://docs.github.com/en/graphql/reference), and each
look brings the whole state of its thing in one request. What they use, by type:

- Query: repository(owner, name), viewer.login
- Repository: pullRequest(number), pullRequests(headRefName, baseRefName, states, first, orderBy),
  object(oid), issue(number), issues(labels, first, orderBy), release(tagName)
- PullRequest: number, url, title, body, state, isDraft, headRefName, headRefOid,
  headRepository.nameWithOwner, baseRefName, mergeable, mergeStateStatus, reviewDecision,
  mergeCommit.oid, mergedBy, isInMergeQueue, author, labels(first), reviews(last, states),
  reviewRequests(first), commits(last), id, baseRef, mergeQueueEntry.(position, state),
  autoMergeRequest.enabledBy, timelineItems(last, itemTypes), milestone.(number, title), comments(first)
- Ref: refUpdateRule (classic protection as everybody who reads may see it), rules(first)
- RepositoryRule: type, parameters
- RemovedFromMergeQueueEvent: id, reason
- PullRequestReview: author, authorCanPushToRepository, state, submittedAt, commit.oid
- Mutation: enqueuePullRequest, markPullRequestReadyForReview
- ReviewRequest: requestedReviewer (a User, Bot or Mannequin by Actor.login; a Team's slug
  would ask classic tokens for the scope read:org)
- Commit: oid, statusCheckRollup.contexts(first)
- CheckRun: name, status, conclusion, title, detailsUrl, isRequired(pullRequestNumber),
  checkSuite.app.(slug, databaseId)
- StatusContext: context, state, description, targetUrl, isRequired(pullRequestNumber), creator.login
- Issue: number, title, body, state, url, labels(first), comments(first), userContentEdits(first)
- UserContentEdit: editor, diff (the whole text of that version, null to those who may not write and where
  the version was deleted; the newest first, and the text as it was written among them)
- IssueComment: fullDatabaseId (a BigInt, sent as text: comment ids have outgrown Int), author, body,
  createdAt, lastEditedAt, url
- connections: nodes, pageInfo.hasNextPage, endCursor of edits, and totalCount on reviews
- Release: databaseId, tagName, name, description, isDraft, isPrerelease, url, author (a User),
  releaseAssets(first)
- ReleaseAsset: name, size, uploadedBy (a User), digest (`sha256:HEX`, null for what was uploaded before
  June 2025)
- Actor: __typename, login (a Bot's login has no "[bot]" here, unlike in REST)
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_VARIABLE = re.compile(r"\$(\w+)")

_ACTOR = "{ __typename login }"

# isRequired can only be asked of one pull request at a time, so the looks over several leave it out.
_CONTEXTS = """
statusCheckRollup {
  contexts(first: 100) {
    pageInfo { hasNextPage }
    nodes {
      __typename
      ... on CheckRun {
        name status conclusion detailsUrl %(required)s
        checkSuite { app { slug databaseId } }
      }
      ... on StatusContext { context state targetUrl %(required)s creator %(actor)s }
    }
  }
}
"""

_RULES = """
refUpdateRule {
  allowsDeletions allowsForcePushes requiredApprovingReviewCount requiredStatusCheckContexts
  requiresLinearHistory requiresSignatures viewerCanPush
}
rules(first: 100) {
  pageInfo { hasNextPage }
  nodes {
    type
    parameters {
      __typename
      ... on RequiredStatusChecksParameters {
        requiredStatusChecks { context integrationId } strictRequiredStatusChecksPolicy
      }
      ... on PullRequestParameters { requiredApprovingReviewCount allowedMergeMethods }
    }
  }
}
"""

_PULL = """
id number url title body state isDraft
headRefName headRefOid headRepository { nameWithOwner } baseRefName
mergeable mergeStateStatus reviewDecision mergeCommit { oid } mergedBy %(actor)s isInMergeQueue
mergeQueueEntry { position state } autoMergeRequest { enabledBy %(actor)s }
timelineItems(last: 1, itemTypes: [ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT]) {
  nodes { __typename ... on RemovedFromMergeQueueEvent { id reason } }
}
baseRef { %(rules)s }
author %(actor)s
labels(first: 100) { nodes { name } }
reviews(last: 100, states: [APPROVED, CHANGES_REQUESTED, DISMISSED]) {
  totalCount
  nodes { author %(actor)s authorCanPushToRepository state submittedAt commit { oid } }
}
reviewRequests(first: 100) {
  nodes { requestedReviewer { __typename ... on Actor { login } } }
}
commits(last: 1) { nodes { commit { oid %(contexts)s } } }
"""


def _contexts(required: str = "") -> str:
    return _CONTEXTS % {"required": required, "actor": _ACTOR}


def _pull(required: str = "") -> str:
    return _PULL % {"actor": _ACTOR, "contexts": _contexts(required), "rules": _RULES}


class Field(NamedTuple):
    """A field of GraphQL's Repository: `text` with the variables that it takes, each with its type."""

    name: str
    text: str
    variables: Mapping[str, str]


def write_query(name: str, fields: Sequence[tuple[str, Field]]) -> str:
    """Return the document that asks several repositories for fields of theirs.

    Args:
        name: the operation's.
        fields: each with its repository's suffix. Repository `r` is `$owner` and `$name` with that suffix.
            A single field keeps its name in the answer; of several, the n-th is `a<n>` in `r<suffix>`, and
            its variables have the suffix `_<n>`.
    """
    alone = len(fields) == 1
    typed: dict[str, str] = {}
    parts: dict[str, list[str]] = {}
    for number, (suffix, field) in enumerate(fields):
        typed |= {f"owner{suffix}": "String!", f"name{suffix}": "String!"}
        own = field.variables if alone else {f"{key}_{number}": kind for key, kind in field.variables.items()}
        typed |= own
        text = field.text if alone else f"a{number}: " + _VARIABLE.sub(rf"$\1_{number}", field.text)
        parts.setdefault(suffix, []).append(text)
    head = ", ".join(f"${key}: {kind}" for key, kind in typed.items())
    body = " ".join(
        f"{'' if alone else f'r{suffix}: '}repository(owner: $owner{suffix}, name: $name{suffix})"
        f" {{ {' '.join(texts)} }}"
        for suffix, texts in parts.items()
    )
    return f"query {name}({head}) {{ {body} }}"


PULL = Field(
    "Pull",
    f"pullRequest(number: $number) {{ {_pull('isRequired(pullRequestNumber: $number)')} }}",
    {"number": "Int!"},
)
"""One pull request, with which of its checks are required."""

PULLS = Field(
    "Pulls",
    "pullRequests(headRefName: $head, baseRefName: $base, states: [OPEN, CLOSED, MERGED],"
    " first: 20, orderBy: {field: CREATED_AT, direction: DESC}) {"
    f" pageInfo {{ hasNextPage }} nodes {{ {_pull()} }} }}",
    {"head": "String!", "base": "String"},
)
"""The pull requests with a head branch of that name, forks' included, newest first."""

CHECKS = Field(
    "Checks",
    f"object(oid: $oid) {{ __typename ... on Commit {{ oid {_contexts()} }} }}",
    {"oid": "GitObjectID!"},
)
"""The check runs and statuses of one commit."""

_COMMENTS = (
    "comments(first: 100) { pageInfo { hasNextPage } nodes {"
    f" fullDatabaseId author {_ACTOR} body createdAt lastEditedAt url"
    " } }"
)

PAGE = Field(
    "Page",
    "pullRequest(number: $number) { headRefOid labels(first: 100) { nodes { name } }"
    f" milestone {{ number title }} {_COMMENTS}"
    " commits(last: 1) { nodes { commit { statusCheckRollup { contexts(first: 100) {"
    " pageInfo { hasNextPage } nodes { __typename ... on CheckRun { name conclusion title }"
    " ... on StatusContext { context state description } } } } } } } }",
    {"number": "Int!"},
)
"""What a pull request's page shows beside its change."""

_ISSUE_FIELDS = "number title body state url labels(first: 100) { nodes { name } }"

ISSUE = Field("Issue", f"issue(number: $number) {{ {_ISSUE_FIELDS} {_COMMENTS} }}", {"number": "Int!"})
"""One issue with its comments, oldest first."""

_EDITS = f"pageInfo {{ hasNextPage endCursor }} nodes {{ editor {_ACTOR} diff }}"

EDITED_ISSUE = Field(
    "EditedIssue",
    f"issue(number: $number) {{ {_ISSUE_FIELDS} {_COMMENTS} userContentEdits(first: 100) {{ {_EDITS} }} }}",
    {"number": "Int!"},
)
"""The same, with the versions that its text had, the newest first."""

EDITS = (
    "query Edits($owner: String!, $name: String!, $number: Int!, $after: String!) {"
    " repository(owner: $owner, name: $name) { issue(number: $number) {"
    f" userContentEdits(first: 100, after: $after) {{ {_EDITS} }} }} }} }}"
)
"""The versions before those."""

VIEWER = "query Viewer { viewer { login } }"
"""Who the token is."""

ISSUES = Field(
    "Issues",
    "issues(labels: [$label], first: 100, orderBy: {field: CREATED_AT, direction: DESC}) {"
    f" pageInfo {{ hasNextPage }} nodes {{ {_ISSUE_FIELDS} }} }}",
    {"label": "String!"},
)
"""The issues with a label, open and closed, newest first."""

RELEASE = Field(
    "Release",
    "release(tagName: $tag) { databaseId tagName name description isDraft isPrerelease url"
    f" author {_ACTOR} releaseAssets(first: 100) {{ pageInfo {{ hasNextPage }} nodes {{"
    f" name size digest uploadedBy {_ACTOR} }} }} }}",
    {"tag": "String!"},
)
"""The release of a tag with the digests of its files, a draft included."""

RULES = Field("Rules", f"ref(qualifiedName: $ref) {{ {_RULES} }}", {"ref": "String!"})
"""What protects a branch."""

ENQUEUE = """
mutation Enqueue($pull: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: {pullRequestId: $pull, expectedHeadOid: $head}) {
    mergeQueueEntry { position state }
  }
}
""".strip()
"""A pull request into its base's merge queue, if its head is as expected."""

READY = """
mutation Ready($pull: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $pull}) {
    pullRequest { isDraft }
  }
}
""".strip()
"""A pull request out of draft."""
