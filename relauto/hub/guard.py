"""The `update` hook with which git itself refuses what a protected branch refuses."""

from pathlib import Path

_UPDATE = """\
#!/bin/sh
# Refuses one ref of a push as GitHub's branch protection does. HUB_REFUSALS has a line for each protected
# ref of the push: "REF! REASON" is refused, "REF?" may only be moved forward.
ref=$1 old=$2 new=$3
refuse() {
  printf 'error: GH006: Protected branch update failed for %s.\\nerror: %s\\n' "$ref" "$1" >&2
  exit 1
}
printf '%s\\n' "$HUB_REFUSALS" | {
  while IFS= read -r line; do
    case $line in
      "$ref! "*) refuse "${line#"$ref! "}" ;;
      "$ref?")
        case $old in
          *[!0]*) git merge-base --is-ancestor "$old" "$new" || refuse 'Cannot force-push to this branch' ;;
        esac ;;
    esac
  done
}
"""


def install_hooks(root: Path) -> Path:
    """Write the hooks below `root` and return their directory.

    They are written and not shipped, because git passes over a hook whose executable bit was lost.
    """
    directory = root / "hooks"
    directory.mkdir(exist_ok=True)
    part = directory / "update.part"
    part.write_text(_UPDATE, encoding="utf-8")
    part.chmod(0o755)
    part.replace(directory / "update")
    return directory
