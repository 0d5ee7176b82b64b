"""Merge programs that this machine's settings name, kept from running.

A clone's own `info/attributes` can give files such a program (gitattributes(5), "Defining a custom merge
driver"), and nothing tells git to leave that file unread. A driver with the name of one that is built in is
run in its stead.
"""

from relauto.git.runner import Git, GitError

_KEYS = r"^merge\..*\.driver$"
# What else it ends with than 1 newer versions of git take for a breakdown, and not for a conflict.
_TEXT = "git merge-file -q {options}-L ours -L base -L theirs --marker-size=%L %A %O %B || exit 1"
_BUILT_IN = {
    "merge.union.driver": _TEXT.format(options="--union "),
    # It keeps our side and tells of a conflict.
    "merge.binary.driver": "exit 1",
}


def replace_drivers(git: Git) -> dict[str, str]:
    """Return the settings by which every driver that is configured does what git does without.

    Raises:
        GitError: git cannot read its settings.
    """
    answer = git.ask("config", "--null", "--name-only", "--get-regexp", _KEYS)
    if answer.status not in (0, 1):
        raise GitError(answer)
    keys = answer.output.decode("utf-8", "surrogateescape").split("\0")
    return {key: _BUILT_IN.get(key, _TEXT.format(options="")) for key in keys if key}
