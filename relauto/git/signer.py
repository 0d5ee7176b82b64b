"""Signing what git stores, as git itself would be told to sign it.

git's own settings say how (`gpg.format`, `user.signingKey`, `gpg.program` and their kin, see
git-config(1)); the programs are the same that git starts, with the same arguments. A signature is a header
of a commit and the end of a tag's message.
"""

import os
import subprocess  # nosec B404 - gpg and ssh-keygen are programs
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from relauto.errors import InputError
from relauto.git.runner import Git
from relauto.redaction import strip_environment

Format = Literal["openpgp", "x509", "ssh"]
_PROGRAMS: dict[str, str] = {"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}
_WAIT = 120
"""Seconds that a person has to answer what the program asks, such as for a passphrase."""


@dataclass(frozen=True)
class Signer:
    """One key. `key` is what git takes for `user.signingKey`: an id, a file, or a public key as text."""

    format: Format
    program: str
    key: str

    def sign(self, payload: bytes) -> str:
        """Return the signature of some bytes, armoured.

        Raises:
            InputError: the program is not there or refused.
        """
        if self.format != "ssh":
            return self._run([self.program, "-bsau", self.key], payload)
        with tempfile.TemporaryDirectory() as folder:
            literal = self.key.removeprefix("key::")
            named = ["-f", self.key]
            if literal != self.key or self.key.startswith("ssh-"):
                # The key itself is with the agent; the file only says which.
                file = Path(folder) / "key.pub"
                file.write_text(f"{literal}\n", "utf-8")
                named = ["-f", str(file), "-U"]
            return self._run([self.program, "-Y", "sign", "-n", "git", *named], payload)

    def _run(self, command: list[str], payload: bytes) -> str:
        try:
            ended = subprocess.run(  # nosec B603 - a list, no shell; the program is git's own setting
                command,
                input=payload,
                capture_output=True,
                check=False,
                timeout=_WAIT,
                env=strip_environment(os.environ),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._refuse(str(error)) from error
        if ended.returncode or not ended.stdout:
            raise self._refuse(ended.stderr.decode("utf-8", "replace").strip())
        return ended.stdout.decode("ascii", "replace").replace("\r", "")

    def _refuse(self, said: str) -> InputError:
        return InputError(
            f"{self.program} could not sign with {self.key}: {said}",
            todo="see that git can sign here: git commit-tree -S -m test HEAD^{tree}",
        )


def sign_commit(content: bytes, signer: Signer) -> bytes:
    """Return the content of a commit with its signature in a header, as git writes it."""
    head, _, body = content.partition(b"\n\n")
    folded = signer.sign(content).rstrip("\n").replace("\n", "\n ")
    return head + f"\ngpgsig {folded}\n\n".encode() + body


def sign_tag(content: bytes, signer: Signer) -> bytes:
    """Return the content of an annotated tag with its signature behind its message."""
    return content + signer.sign(content).encode()


@dataclass(frozen=True)
class Signing:
    """How this machine signs, and what git's settings want signed without being asked."""

    signer: Signer | None = None
    commits: bool = False
    tags: bool = False


def find_signing(git: Git) -> Signing:
    """Return what git's settings say about signing.

    Without `user.signingKey` there is no signer: what git would then try (the first key of an agent, or
    whatever key has the committer's address) is not always the same key.
    """
    asked = git.ask("config", "--null", "--list", "--includes")
    found = dict(_split(each) for each in asked.text.split("\0") if each)
    form = found.get("gpg.format", "openpgp")
    key = found.get("user.signingkey", "")
    if form == "ssh" and not key.startswith(("ssh-", "key::")):
        key = git.ask("config", "--type=path", "--get", "user.signingKey").text
    signer = None
    if key and form in _PROGRAMS:
        program = found.get(f"gpg.{form}.program") or (found.get("gpg.program") if form == "openpgp" else "")
        signer = Signer(form, program or _PROGRAMS[form], key)  # type: ignore[arg-type]  # one of `_PROGRAMS`
    return Signing(signer, _is_true(found, "commit.gpgsign"), _is_true(found, "tag.gpgsign"))


def _split(entry: str) -> tuple[str, str]:
    # A key without a value is true.
    name, line, value = entry.partition("\n")
    return name, value if line else "true"


def _is_true(found: Mapping[str, str], name: str) -> bool:
    return found.get(name, "false").lower() in ("true", "yes", "on", "1")


def make_ssh_key(path: Path, comment: str) -> Signer:
    """Make an SSH key without a passphrase at `path`, for a rehearsal or a test.

    Raises:
        InputError: this machine has no ssh-keygen.
    """
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", os.fspath(path)]
    try:
        subprocess.run(command, capture_output=True, check=True)  # nosec B603 - a list, no shell
    except (OSError, subprocess.CalledProcessError) as error:
        raise InputError(f"no SSH key could be made: {error}", todo="install OpenSSH's ssh-keygen") from error
    return Signer("ssh", "ssh-keygen", os.fspath(path))
