"""The kit's upgrade notes: from whatever may be installed to the release, and back."""

import shlex
from dataclasses import dataclass, replace

from relauto.comms.proofs import SUMS, Artifact
from relauto.comms.rendering import Renderer, shipped

_ARCHIVES = (".tar.gz", ".tgz", ".tar.xz", ".tar")


@dataclass(frozen=True)
class UpgradeFacts:
    """What a customer is handed: `sums_digest` is the SHA-256 of the file SHA256SUMS.

    `installed` are the versions that the customer may run, the likeliest first.
    `version_command` is the settings' (`build.version_command`, with `{artifact}`), or None when
    the project has not said how its version is shown.
    """

    product: str
    installed: tuple[str, ...]
    version: str
    tag: str
    commit: str
    artifacts: tuple[Artifact, ...]
    sums_digest: str
    version_command: str | None = None


def render_upgrade(facts: UpgradeFacts, renderer: Renderer | None = None) -> str:
    """Return the upgrade notes, in Markdown, for the customer.

    A release without files is the tag alone; its digest is that of the line `COMMIT  TAG`.
    """
    facts = replace(facts, artifacts=tuple(each for each in facts.artifacts if each.name != SUMS))
    if not facts.artifacts:
        return (renderer or shipped()).render("kit/source.md", facts=facts, verify=_verify_tag(facts))
    # Named after the release, of which there is no copy yet: of what is installed there may be one.
    copy = f'"$INSTALLATION-before-{_word(facts.version)}"'
    return (renderer or shipped()).render(
        "kit/upgrade.md",
        facts=facts,
        verify=[
            f"echo {shlex.quote(facts.sums_digest + '  SHA256SUMS')} | sha256sum --check --strict",
            "sha256sum --check --strict SHA256SUMS",
        ],
        backup=f'cp -a -- "$INSTALLATION" {copy}',
        install=[_install(artifact.name) for artifact in facts.artifacts],
        rollback=[
            f'mv -- "$INSTALLATION" "$INSTALLATION-{_word(facts.version)}"',
            f'cp -a -- {copy} "$INSTALLATION"',
        ],
        see=[_see(facts.version_command, artifact.name) for artifact in facts.artifacts[:1]]
        if facts.version_command
        else [],
    )


def _verify_tag(facts: UpgradeFacts) -> str:
    tag, ref = shlex.quote(facts.tag), shlex.quote(f"refs/tags/{facts.tag}^{{commit}}")
    return f"printf '%s  %s\\n' \"$(git rev-parse --verify {ref})\" {tag} | sha256sum"


def _word(version: str) -> str:
    return "".join(char if char.isalnum() or char in "._-" else "-" for char in version)


def _install(name: str) -> str:
    if name.endswith(_ARCHIVES):
        return f'tar -xf {shlex.quote(name)} -C "$INSTALLATION" --strip-components=1'
    return f'cp -- {shlex.quote(name)} "$INSTALLATION/"'


def _see(command: str, name: str) -> str:
    return command.replace("{artifact}", '"$INSTALLATION"/' + shlex.quote(name))
