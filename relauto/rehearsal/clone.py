"""A real clone as a rehearsal's world: its history rewound to the moment before the fix.

Nothing is copied: the hub's repository borrows the clone's objects (git's alternates), and the clone
itself is only read.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from relauto.errors import InputError
from relauto.git.base import find_base
from relauto.git.commit import CommitFacts
from relauto.git.message import find_origins
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.model.names import Branch, Commit, RepositoryName
from relauto.rehearsal.options import Options
from relauto.rehearsal.world import CHECK, OPS, QA, World


@dataclass(frozen=True)
class Rewound:
    """Where main, the line and the fix stand when the rehearsal begins."""

    main: Branch
    main_head: Commit
    line: Branch
    line_head: Commit
    fix: Branch
    fix_head: Commit


def make_clone(git_directory: Path, options: Options) -> World:
    """Set up a bare repository that borrows from the clone and return the world around it.

    Raises:
        InputError: the clone, the fix, the line or the moment is not usable.
    """
    if options.fix is None or options.line is None:
        raise InputError(
            "a rehearsal on a clone needs --fix and --line", todo="name the fix and the release line"
        )
    path = Path(str(options.repository))
    with Repository.open(path) as source, Repository.init(git_directory, alternates=path) as copy:
        rewound = _rewind(source, copy, options)
        _write_refs(source, copy, rewound)
        base = find_base(copy, rewound.line_head)
    if base is None:
        raise InputError(
            f"no version tag can be reached from {options.line}",
            todo="name a line that has been released from",
        )
    release, _ = base
    product = RepositoryName(f"acme/{_name(path)}")
    return World(
        product=product,
        git_directory=git_directory,
        main=rewound.main,
        line=rewound.line,
        line_head=rewound.line_head,
        fixes=(rewound.fix,),
        base_tag=str(release.tag),
        installed=str(release.version),
        settings=_write_settings(product, rewound, options),
        instruction=None,
        check_command=None,
        reference=path,
    )


def _rewind(source: Repository, copy: Repository, options: Options) -> Rewound:
    main, main_head = source.find_branch(options.main or source.main_branch())
    line, line_tip = source.find_branch(str(options.line))
    if line == main:
        raise InputError(f"{line} is main itself", todo="name a release line with --line")
    line_head = source.resolve(options.at) if options.at else line_tip
    if not source.is_ancestor(line_head, line_tip):
        raise InputError(f"{options.at} is not on {line}", todo="name a commit of the line with --at")
    fix = source.resolve(str(options.fix))
    if fix == line_head:
        raise InputError(
            f"{options.fix} is the tip of {line}: there is nothing to pick",
            todo="name the fix, or with --at where the line stood before it",
        )
    if source.is_ancestor(fix, line_head):
        raise InputError(
            f"{options.fix} is on {line} already", todo="name a moment before it with --at, or another fix"
        )
    facts = source.commit(fix)
    if source.is_ancestor(fix, main_head):
        if not facts.parents:
            raise InputError(f"{options.fix} is the first commit of its history", todo="name another fix")
        branch = Branch(f"fix-{fix.short}")
        return Rewound(main, facts.parents[0], line, line_head, branch, _as_change(copy, facts))
    if source.is_ancestor(fix, line_tip):
        raise _refuse_pick(facts, line, main)
    return Rewound(main, main_head, line, line_head, _name_branch(source, str(options.fix), fix), fix)


def _refuse_pick(facts: CommitFacts, line: Branch, main: Branch) -> InputError:
    origins = find_origins(facts.message)
    todo = f"name the commit of {main} that it was picked from" + (f": {origins[-1]}" if origins else "")
    return InputError(f"{facts.id.short} is a commit of {line} and not of {main}", todo=todo)


def _name_branch(source: Repository, word: str, fix: Commit) -> Branch:
    named = any(ref in source.refs(ref) for ref in (f"refs/heads/{word}", f"refs/remotes/origin/{word}"))
    return Branch(word if named else f"fix-{fix.short}")


def _as_change(copy: Repository, fix: CommitFacts) -> Commit:
    if len(fix.parents) == 1:
        return fix.id
    return copy.write_commit(fix.tree, [fix.parents[0]], fix.message, fix.author, fix.committer)


def _write_refs(source: Repository, copy: Repository, rewound: Rewound) -> None:
    heads = {
        rewound.main.ref: rewound.main_head,
        rewound.line.ref: rewound.line_head,
        rewound.fix.ref: rewound.fix_head,
    }
    tags = _list_tags(source, rewound.main_head, rewound.line_head)
    copy.update_refs([RefUpdate(ref, None, value) for ref, value in {**heads, **tags}.items()])
    copy.git.run("symbolic-ref", "HEAD", rewound.main.ref)


def _list_tags(source: Repository, *heads: Commit) -> dict[str, str]:
    """Return the refs of the tags that can be reached from any of the heads, with what they hold."""
    reach = [f"--merged={head}" for head in heads]
    listed = source.git.read("for-each-ref", *reach, "--format=%(objectname) %(refname)", "refs/tags")
    known = {tag.ref for tag in source.tags()}
    rows = (row.partition(" ") for row in listed.splitlines())
    return {ref: held for held, _, ref in rows if ref in known}


def _name(path: Path) -> str:
    name = (path.parent if path.name in (".git", "repo") else path).name.removesuffix(".git")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "product"


def _write_settings(product: RepositoryName, rewound: Rewound, options: Options) -> str:
    return f"""\
main = {json.dumps(rewound.main, ensure_ascii=False)}

[repositories]
source = "{product}"
ops = "{OPS}"
qa = "{QA}"

[checks]
required = ["{CHECK}"]

[build]
none = {"true" if options.build == "none" else "false"}
"""
