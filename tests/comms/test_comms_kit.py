"""The kit's notes: whole, and its commands do what they say when a shell runs them."""

import hashlib
import re
import subprocess  # noqa: TID251 - the notes' commands are run as the customer's shell runs them
from dataclasses import replace
from pathlib import Path

import pytest

from relauto.comms.kit import UpgradeFacts, render_upgrade
from relauto.comms.proofs import Artifact
from relauto.git.runner import Git
from tests.comms.world import PICK, SUMS

FACTS = UpgradeFacts(
    product="Stockroom",
    installed=("1.4.2",),
    version="1.4.3",
    tag="v1.4.3",
    commit=PICK,
    artifacts=(Artifact("stockroom.sh", "c" * 64),),
    sums_digest=SUMS,
    version_command="sh {artifact} version",
)

NOTES = """\
# Stockroom: from 1.4.2 to 1.4.3

1.4.3 is the commit `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`, tag `v1.4.3`.

| file | SHA-256 |
| --- | --- |
| `stockroom.sh` | `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc` |
| `SHA256SUMS` | `5555555555555555555555555555555555555555555555555555555555555555` |

Run the commands in the folder that holds these files. `INSTALLATION` is the folder that Stockroom is installed in:

```sh
INSTALLATION=/path/to/your/installation
```

Upgrade your staging environment first, and production only when staging was verified.

## 1. Check what you received

Both commands must end with `OK` for every file. If one does not, stop and tell us.

```sh
echo '5555555555555555555555555555555555555555555555555555555555555555  SHA256SUMS' | sha256sum --check --strict
sha256sum --check --strict SHA256SUMS
```

## 2. Keep what you have

Stop Stockroom, back up its database if it has one, and copy the installation:

```sh
cp -a -- "$INSTALLATION" "$INSTALLATION-before-1.4.3"
```

## 3. Install

```sh
cp -- stockroom.sh "$INSTALLATION/"
```

Start Stockroom again.

## 4. See the version

```sh
sh "$INSTALLATION"/stockroom.sh version
```

It must say `1.4.3`.

## Going back

Stop Stockroom, then put the copy back and start it again:

```sh
mv -- "$INSTALLATION" "$INSTALLATION-1.4.3"
cp -a -- "$INSTALLATION-before-1.4.3" "$INSTALLATION"
```

If a database was migrated in between, restore its backup too.
"""  # noqa: E501


def test_the_notes_are_whole() -> None:
    assert render_upgrade(FACTS) == NOTES


def test_without_a_version_command_none_is_made_up() -> None:
    notes = render_upgrade(replace(FACTS, version_command=None))
    assert "Look at the version that Stockroom reports; it must be `1.4.3`." in notes


def test_after_a_release_that_did_not_help_either_version_may_be_installed() -> None:
    notes = render_upgrade(replace(FACTS, installed=("1.4.2", "1.4.1", "1.4.0")))
    assert notes.startswith(
        "# Stockroom: from 1.4.2 or 1.4.1 or 1.4.0 to 1.4.3\n\n"
        "We do not know whether you still run 1.4.2 or have gone back to 1.4.1 or 1.4.0. These notes hold "
        "for either, and going back leads to the version that you run now.\n\n"
        "1.4.3 is the commit "
    )


@pytest.mark.parametrize("went_back", [False, True])
def test_a_second_release_installs_over_the_first_and_over_what_was_before(
    tmp_path: Path, went_back: bool
) -> None:
    installation, kit = tmp_path / "opt", tmp_path / "kit"
    for folder, version in ((installation, "1.4.2"), (kit, "1.4.3")):
        folder.mkdir()
        (folder / "stockroom.sh").write_text(f"echo {version}\n")
    _, backup, install, see, back = re.findall(r"```sh\n(.*?)```", render_upgrade(FACTS), re.DOTALL)[1:]
    for block in (backup, install, *([back] if went_back else [])):
        assert run(kit, installation, block).returncode == 0
    before = run(kit, installation, see).stdout
    (kit / "stockroom.sh").write_text("echo 1.4.4\n")
    again = render_upgrade(replace(FACTS, installed=("1.4.3", "1.4.2"), version="1.4.4", tag="v1.4.4"))
    _, backup, install, see, back = re.findall(r"```sh\n(.*?)```", again, re.DOTALL)[1:]
    for block in (backup, install):
        assert run(kit, installation, block).returncode == 0
    assert run(kit, installation, see).stdout == "1.4.4\n"
    assert run(kit, installation, back).returncode == 0
    assert run(kit, installation, see).stdout == before == ("1.4.2\n" if went_back else "1.4.3\n")


def test_the_sums_are_checked_and_not_installed() -> None:
    more = (*FACTS.artifacts, Artifact("SHA256SUMS", SUMS))
    assert render_upgrade(replace(FACTS, artifacts=more)) == NOTES


def test_a_release_without_files_is_checked_by_its_tag(tmp_path: Path) -> None:
    git = Git(tmp_path)
    git.read("init", "--quiet")
    git.run(
        "fast-import", "--quiet", input=b"commit refs/tags/v1.4.3\ncommitter A <a@b.c> 1 +0000\ndata 0\n\n"
    )
    commit = git.read("rev-parse", "v1.4.3")
    digest = hashlib.sha256(f"{commit}  v1.4.3\n".encode()).hexdigest()
    notes = render_upgrade(replace(FACTS, artifacts=(), commit=commit, sums_digest=digest))
    (block,) = re.findall(r"```sh\n(.*?)```", notes, re.DOTALL)
    assert run(tmp_path, tmp_path, block).stdout.split()[0] == digest
    assert digest in notes


def run(folder: Path, installation: Path, block: str) -> subprocess.CompletedProcess[str]:
    script = f"set -e\nINSTALLATION={installation}\n{block}"
    return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False)


def test_the_commands_check_upgrade_and_go_back(tmp_path: Path) -> None:
    installation, kit = tmp_path / "opt", tmp_path / "kit"
    installation.mkdir()
    kit.mkdir()
    (installation / "stockroom.sh").write_text("echo 1.4.2\n")
    (kit / "stockroom.sh").write_text("echo 1.4.3\n")
    digest = hashlib.sha256(b"echo 1.4.3\n").hexdigest()
    sums = f"{digest}  stockroom.sh\n"
    (kit / "SHA256SUMS").write_text(sums)
    facts = replace(FACTS, sums_digest=hashlib.sha256(sums.encode()).hexdigest())
    blocks = re.findall(r"```sh\n(.*?)```", render_upgrade(facts), re.DOTALL)[1:]
    verify, backup, install, see, back = blocks
    for block in (verify, backup, install):
        assert run(kit, installation, block).returncode == 0
    assert run(kit, installation, see).stdout == "1.4.3\n"
    assert run(kit, installation, back).returncode == 0
    assert run(kit, installation, see).stdout == "1.4.2\n"
    (kit / "stockroom.sh").write_text("echo evil\n")
    assert run(kit, installation, verify).returncode != 0
