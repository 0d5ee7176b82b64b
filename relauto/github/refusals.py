"""What GitHub's refusals mean for the user: which repository, what was tried, what is missing, what to do."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from relauto.errors import CHECK_NAME, RENEW_TOKEN, RUN_AGAIN, UNARCHIVE, RelautoError
from relauto.github.faults import (
    ForbiddenError,
    LimitError,
    NotFoundError,
    Problem,
    RefusedError,
    Reply,
    ServerError,
    TokenError,
    UnseenError,
    find_limit,
    find_retry_after,
    read_problem,
)
from relauto.github.needs import find_field_need, find_need, read_accepted

# These say no more than that a right is missing; anything else GitHub says is shown.
_USUAL = re.compile(
    r"resource not accessible by|must have (admin|push)|^not found$|^forbidden$", re.IGNORECASE
)
_ARCHIVED = re.compile(r"(?i)\barchived\b")
_SIGN_ON = "authorize the token for the organization's single sign-on at https://github.com/settings/tokens"
_NO_CHECKS = (
    "fine-grained tokens have no permission for checks: use a GitHub App's token, or a classic one with repo"
)


def explain(reply: Reply, request: str, repository: str, now: datetime) -> RelautoError:
    """Return the error that a reply of 300 or more stands for.

    Args:
        reply: what came.
        request: verb and path, for people to read.
        repository: whose token was used.
        now: the moment of the reply, to turn a reset time into a wait.
    """
    wait = find_limit(reply, now)
    if wait is not None:
        return LimitError(f"GitHub limits requests: {request} was refused", wait=wait)
    if reply.status >= 500:
        return ServerError(f"GitHub answered {reply.status} to {request}", wait=find_retry_after(reply))
    return _explain_refusal(reply, request, repository)


def _explain_refusal(reply: Reply, request: str, repository: str) -> RefusedError:
    problem = read_problem(reply.body)
    said = "; ".join((problem.message, *problem.texts()))
    if reply.status == 401:
        return TokenError(
            f"{repository}: GitHub does not take the token ({request} answered 401: {said}); it is wrong,"
            " revoked, or has expired",
            status=401,
            problem=problem,
            todo=RENEW_TOKEN,
        )
    if reply.status == 403 or (reply.status == 404 and _lacks_scope(reply.headers, request)):
        return _forbid(reply, request, repository, problem)
    if reply.status in (404, 410):
        return _miss(reply, request, repository, problem)
    moved = 300 <= reply.status < 400
    return RefusedError(
        f"GitHub refused {request} in {repository} with {reply.status}: {said}",
        status=reply.status,
        problem=problem,
        todo=f"{repository} has moved: use its new name" if moved else "",
    )


def _miss(reply: Reply, request: str, repository: str, problem: Problem) -> NotFoundError | UnseenError:
    if request == "GET ":
        return make_unseen(repository, problem)
    return NotFoundError(
        f"{request} found nothing in {repository}",
        status=reply.status,
        problem=problem,
        todo="check the name",
    )


def make_unseen(repository: str, problem: Problem) -> UnseenError:
    """Return the error for a repository that the token does not see at all."""
    return UnseenError(
        f"{repository} was not found: there is no such repository, or the token may not see it",
        status=404,
        problem=problem,
        todo=CHECK_NAME,
    )


def _forbid(reply: Reply, request: str, repository: str, problem: Problem) -> ForbiddenError:
    need = find_need(request)
    deed = f"{need.deed} ({request.strip()})" if need else request.strip()
    if _ARCHIVED.search(problem.message):
        what = f"{repository} is archived, so nobody can {deed}"
        return ForbiddenError(what, status=403, problem=problem, todo=UNARCHIVE)
    missing = _name_missing(reply.headers, need.right if need else "")
    usual = _USUAL.search(problem.message)
    why = f"it lacks {missing}" if usual and missing else f"GitHub says {problem.message!r}"
    todo = f"give the token {missing or 'that right'} (and its account the role for it), {RUN_AGAIN}"
    if reply.headers.get("x-github-sso", "").startswith("required"):
        todo = f"{_SIGN_ON}, {RUN_AGAIN}"
    return ForbiddenError(
        f"{repository}: the token may not {deed}: {why}", status=reply.status, problem=problem, todo=todo
    )


def _name_missing(headers: Mapping[str, str], known: str) -> str:
    """Return the right that is missing: in GitHub's words where it tells them, else as the table has it."""
    accepted = headers.get("x-accepted-github-permissions")
    if accepted:
        return read_accepted(accepted)
    scopes = _split(headers.get("x-accepted-oauth-scopes", ""))
    if scopes and not scopes & _split(headers.get("x-oauth-scopes", "")):
        return f"the scope {' or '.join(sorted(scopes))}"
    return known


def _lacks_scope(headers: Mapping[str, str], request: str) -> bool:
    """Tell whether a 404 hides a scope that is missing.

    Only of a write: what GitHub says a read accepts is also needed by private repositories alone.
    """
    if request.startswith("GET ") or "x-oauth-scopes" not in headers:
        return False
    accepted = _split(headers.get("x-accepted-oauth-scopes", ""))
    return bool(accepted) and not accepted & _split(headers["x-oauth-scopes"])


def _split(scopes: str) -> set[str]:
    return {scope.strip() for scope in scopes.split(",") if scope.strip()}


def forbid_field(
    request: str, repository: str, problem: Problem, path: Sequence[str | int], kinds: set[str]
) -> ForbiddenError:
    """Return the error for a GraphQL field that the token may not read.

    Args:
        request: the document, for people to read.
        repository: whose token was used.
        problem: GitHub's words.
        path: where in the answer the first field is missing.
        kinds: GitHub's types of the errors.
    """
    need = find_field_need(path)
    if need is None or "INSUFFICIENT_SCOPES" in kinds:
        what = f"{repository}: the token may not ask {request}: {problem.message}"
        todo = f"give the token what is named, {RUN_AGAIN}"
    else:
        deed, right = need
        what = f"{repository}: the token may not {deed} ({request}): it lacks {right}"
        todo = f"give the token {right}, {RUN_AGAIN}"
        if "checks" in right and "personal access token" in problem.message:
            todo = f"{_NO_CHECKS}, {RUN_AGAIN}"
    return ForbiddenError(what, status=403, problem=problem, todo=todo)
