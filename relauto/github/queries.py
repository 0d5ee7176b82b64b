"""The GraphQL documents relauto sends: looks, no mutation.

Every field is one of GitHub's public schema (https://docs.github.com/en/graphql/reference), and each
look brings the whole state of its thing in one request. What they use, by type:

- Query: repository(owner, name), viewer.login
- Repository: pullRequest(number), pullRequests(headRefName, baseRefName, states, first, orderBy),
  object(oid), issue(number)
- PullRequest: number, url, title, body, state, isDraft, headRefName, headRefOid,
  headRepository.nameWithOwner, baseRefName, mergeable, mergeStateStatus, reviewDecision,
  mergeCommit.oid, isInMergeQueue, author, labels(first), reviews(last, states), reviewRequests(first),
  commits(last)
- PullRequestReview: author, state, submittedAt, commit.oid
- ReviewRequest: requestedReviewer (a User, Bot or Mannequin by Actor.login; a Team's slug
  would ask classic tokens for the scope read:org)
- Commit: oid, statusCheckRollup.contexts(first)
- CheckRun: name, status, conclusion, detailsUrl, isRequired(pullRequestNumber),
  checkSuite.app.(slug, databaseId)
- StatusContext: context, state, targetUrl, isRequired(pullRequestNumber), creator.login
- Issue: number, title, body, state, url, labels(first), comments(first)
- IssueComment: fullDatabaseId (a BigInt, sent as text: comment ids have outgrown Int), author, body,
  createdAt, lastEditedAt, url
- connections: nodes, pageInfo.hasNextPage, and totalCount on reviews
- Actor: __typename, login (a Bot's login has no "[bot]" here, unlike in REST)
"""

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

_PULL = """
number url title body state isDraft
headRefName headRefOid headRepository { nameWithOwner } baseRefName
mergeable mergeStateStatus reviewDecision mergeCommit { oid } isInMergeQueue
author %(actor)s
labels(first: 100) { nodes { name } }
reviews(last: 100, states: [APPROVED, CHANGES_REQUESTED, DISMISSED]) {
  totalCount
  nodes { author %(actor)s state submittedAt commit { oid } }
}
reviewRequests(first: 100) {
  nodes { requestedReviewer { __typename ... on Actor { login } } }
}
commits(last: 1) { nodes { commit { oid %(contexts)s } } }
"""


def _contexts(required: str = "") -> str:
    return _CONTEXTS % {"required": required, "actor": _ACTOR}


def _pull(required: str = "") -> str:
    return _PULL % {"actor": _ACTOR, "contexts": _contexts(required)}


PULL = (
    "query Pull($owner: String!, $name: String!, $number: Int!) {"
    " repository(owner: $owner, name: $name) { pullRequest(number: $number) {"
    f"{_pull('isRequired(pullRequestNumber: $number)')}"
    "} } }"
)
"""One pull request, with which of its checks are required."""

PULLS = (
    "query Pulls($owner: String!, $name: String!, $head: String!, $base: String) {"
    " repository(owner: $owner, name: $name) {"
    " pullRequests(headRefName: $head, baseRefName: $base, states: [OPEN, CLOSED, MERGED],"
    " first: 20, orderBy: {field: CREATED_AT, direction: DESC}) {"
    f" pageInfo {{ hasNextPage }} nodes {{ {_pull()} }}"
    "} } }"
)
"""The pull requests with a head branch of that name, forks' included, newest first."""

CHECKS = (
    "query Checks($owner: String!, $name: String!, $oid: GitObjectID!) {"
    " repository(owner: $owner, name: $name) { object(oid: $oid) {"
    f" __typename ... on Commit {{ oid {_contexts()} }}"
    "} } }"
)
"""The check runs and statuses of one commit."""

ISSUE = (
    "query Issue($owner: String!, $name: String!, $number: Int!) {"
    " repository(owner: $owner, name: $name) { issue(number: $number) {"
    " number title body state url labels(first: 100) { nodes { name } }"
    " comments(first: 100) { pageInfo { hasNextPage } nodes {"
    f" fullDatabaseId author {_ACTOR} body createdAt lastEditedAt url"
    "} } } } }"
)
"""One issue with its comments, oldest first."""

VIEWER = "query Viewer { viewer { login } }"
"""Who the token is."""
