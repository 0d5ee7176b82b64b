"""The sample product of a rehearsal: stockroom, a small program with a defect that takes a customer down.

Its files lie in `product/base`, its history in `product/history.yaml`, what QA is asked in
`product/qa.yaml`. Customers who have exactly 10, 20, 30 … orders cannot see them in any release so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from msgspec.structs import replace

from relauto.errors import InputError
from relauto.git.runner import Git
from relauto.model.names import Branch, Commit, Tag
from relauto.rehearsal.sample_history import Writer, read_story, read_tree

PRODUCT = Path(__file__).resolve().parent / "product"

# The fixes of each scenario, in the order in which they are tried.
FIXES: Mapping[str, tuple[Branch, ...]] = MappingProxyType(
    {
        "default": (Branch("fix/orders-page-boundary"),),
        "qa-fails-first": (Branch("fix/orders-page-count"), Branch("fix/orders-last-page")),
        "conflict": (Branch("fix/orders-empty-page"),),
    }
)


@dataclass(frozen=True)
class Sample:
    """The sample product as it lies in a bare repository.

    `commits` holds every commit's id by the name it has in `product/history.yaml`. `accepted_head` is
    where the line stands, `unreleased` what stands there since `base_tag`, oldest first. `resolution`
    is a branch on the line with the fix of the scenario `conflict` as a person would settle it.
    Commands are run in a checkout of the product; `{artifact}` is the path of what was
    built, `artifacts` are globs.
    """

    git_directory: Path
    commits: Mapping[str, Commit]
    main: Branch
    line: Branch
    base_tag: Tag
    installed: str
    fixes: Mapping[str, tuple[Branch, ...]]
    resolution: Branch
    build_command: str
    artifacts: tuple[str, ...]
    test_command: str
    version_command: str
    version_files: tuple[str, ...]

    @property
    def accepted_head(self) -> Commit:
        """The commit at which the line stands before the incident."""
        return self.commits["line-head-requests"]

    @property
    def unreleased(self) -> tuple[Commit, ...]:
        """The commits that stand on the line since its last release, oldest first."""
        return (self.commits["line-head-requests"],)

    @property
    def qa_instruction(self) -> str:
        """What QA is asked to do, as the YAML that a person would write."""
        return (PRODUCT / "qa.yaml").read_text("utf-8")


def build_sample(git_directory: Path, name: str = "") -> Sample:
    """Write the sample's history into a new bare repository and return what is in it.

    A `name` makes it a history of its own: it stands in the first commit, so that no id is another's.

    Raises:
        InputError: there is something at `git_directory` already.
        GitError: git could not write there.
    """
    if git_directory.exists() and any(git_directory.iterdir()):
        raise InputError(f"{git_directory} is not empty", todo="name a folder that does not exist yet")
    git_directory.mkdir(parents=True, exist_ok=True)
    git = Git(git_directory)
    git.run("init", "--quiet", "--bare", "--initial-branch=main", "--template=", ".")
    story = read_story(PRODUCT / "history.yaml")
    if name:
        first, *others = story.commits
        first = replace(first, message=f"{first.message}\nRehearsal: {name}\n")
        story = replace(story, commits=(first, *others))
    writer = Writer(git, story, read_tree(PRODUCT / "base"))
    writer.write()
    return _describe(git_directory, writer.ids)


def _describe(git_directory: Path, ids: Mapping[str, str]) -> Sample:
    return Sample(
        git_directory=git_directory,
        commits=MappingProxyType({name: Commit(id_) for name, id_ in ids.items()}),
        main=Branch("main"),
        line=Branch("release-1.4"),
        base_tag=Tag("v1.4.2"),
        installed="1.4.2",
        fixes=FIXES,
        resolution=Branch("backport/orders-empty-page"),
        build_command="python3 build.py",
        artifacts=("dist/stockroom.pyz",),
        test_command="python3 -m unittest",
        version_command="python3 {artifact} version",
        version_files=("stockroom/__init__.py",),
    )
