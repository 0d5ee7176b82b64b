"""Whether what relauto makes is signed, and by which key: as settings, git and the branch's rules ask."""

from relauto.git.signer import Signer
from relauto.model.names import Branch
from relauto.stages.bench import Bench
from relauto.stages.step import Refused

_TODO = "set git's user.signingKey, and gpg.format where it is not gpg, and register the key at GitHub"


def find_commit_signer(bench: Bench, branch: Branch) -> Signer | Refused | None:
    """Return who signs commits for a branch; None where nobody asks for that."""
    required = bench.rules(branch).signatures
    if not (required or _is_wanted(bench.settings.signing.commits, default=bench.signing.commits)):
        return None
    asks = f"{branch} takes signed commits alone" if required else "commits are to be signed"
    return bench.signing.signer or Refused(f"{asks}, and git's settings here name no key", todo=_TODO)


def find_tag_signer(bench: Bench) -> Signer | Refused | None:
    """Return who signs tags; None where nobody asks for that."""
    if not _is_wanted(bench.settings.signing.tags, default=bench.signing.tags):
        return None
    return bench.signing.signer or Refused(
        "tags are to be signed, and git's settings here name no key", todo=_TODO
    )


def _is_wanted(setting: bool | None, *, default: bool) -> bool:
    return default if setting is None else setting
