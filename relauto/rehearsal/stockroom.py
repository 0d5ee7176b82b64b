"""The sample product as a rehearsal's world, its last release published with the file that was built."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from relauto.command import run_command
from relauto.git.repository import Repository
from relauto.github import releases
from relauto.github.assets import upload_asset
from relauto.github.client import Client
from relauto.model.names import Commit, RepositoryName, Tag
from relauto.rehearsal.sample import Sample, build_sample
from relauto.rehearsal.scenario import Scenario
from relauto.rehearsal.world import CHECK, OPS, QA, World
from relauto.stages.building.artifacts import Artifact
from relauto.stages.building.publication import with_sums

PRODUCT = RepositoryName("acme/stockroom")


def make_stockroom(git_directory: Path, scenario: Scenario, name: str = "") -> World:
    """Write the sample's history into a new bare repository and return the world of a scenario around it.

    A `name` makes it a history of its own (see `build_sample`).
    """
    sample = build_sample(git_directory, name)
    return World(
        product=PRODUCT,
        git_directory=git_directory,
        main=sample.main,
        line=sample.line,
        line_head=sample.accepted_head,
        fixes=sample.fixes[scenario.sample],
        base_tag=str(sample.base_tag),
        installed=sample.installed,
        settings=write_settings(sample, scenario.settings),
        instruction=sample.qa_instruction,
        check_command=sample.test_command,
        build_command=sample.build_command,
    )


def write_settings(sample: Sample, more: Mapping[str, str]) -> str:
    """Return the relauto.toml of the sample product; `more` are lines for its tables, by name."""
    files = "".join(
        f"""
[[version_files]]
path = "{path}"
pattern = '__version__ = "{{version}}"'
"""
        for path in sample.version_files
    )
    tables = {
        "": f'main = "{sample.main}"',
        "repositories": f'source = "{PRODUCT}"\nops = "{OPS}"\nqa = "{QA}"',
        "pull": 'labels = ["sev1"]\nreviewers = ["rae-reviewer"]',
        "pick": 'labels = ["cherry-pick"]',
        "checks": f'required = ["{CHECK}"]',
        "build": f"""\
command = "{sample.build_command}"
local = true
artifacts = {list(sample.artifacts)!r}
version_command = "{sample.version_command}"
timeout = 120""",
        "contacts": 'executive = "executive sponsor <sponsor@acme.example>"\nproduct = "Stockroom"',
    }
    lines = [
        (f"[{name}]\n" if name else "") + "\n".join(filter(None, (tables.get(name), more.get(name)))) + "\n"
        for name in dict.fromkeys((*tables, *more))
    ]
    return "\n".join(lines) + files


def publish_base(client: Client, world: World) -> None:
    """Publish the release that the customer runs, with the file built from its tag."""
    tag = Tag(world.base_tag)
    known = releases.find_release(client, tag)
    if world.build_command is None or (known and not known.draft):
        return
    with Repository.open(world.git_directory) as repository, tempfile.TemporaryDirectory() as folder:
        commit: Commit = repository.tags()[tag]
        repository.export(commit, Path(folder) / "product")
        run_command(world.build_command, Path(folder) / "product", timeout=120)
        built = sorted((Path(folder) / "product" / "dist").iterdir())
        artifacts = [Artifact(path.name, path.read_bytes()) for path in built if path.is_file()]
    draft = releases.create_release(
        client,
        tag=tag,
        commit=commit,
        name=f"Stockroom {world.installed}",
        body="The release that the customer runs.",
        draft=True,
        prerelease=False,
        make_latest="true",
    )
    for artifact in with_sums(artifacts):
        upload_asset(client, draft, artifact.name, artifact.content)
    releases.publish_release(client, draft, prerelease=False, make_latest="true")
