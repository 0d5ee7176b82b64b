"""The `update` hook with which git itself refuses what a protected branch refuses."""

from pathlib import Path

_UPDATE = """\
#!/bin/sh
# Refuses one ref of a push as GitHub does. HUB_REFUSALS has a line for each thing that a protected ref
# of the push asks for: "REF! REASON" is refused, "REF?" may only be moved forward, "REF-" takes no merge
# commits and "REF=" only commits signed by a key in HUB_SIGNERS; "REF@ PAGE" names the page of the rules
# of a ref that is under a ruleset.
ref=$1 old=$2 new=$3 zero=0000000000000000000000000000000000000000
page=$(printf '%s\\n' "$HUB_REFUSALS" | while IFS= read -r line; do
  case $line in "$ref@ "*) printf '%s' "${line#"$ref@ "}" ;; esac
done)
refuse() {
  if [ -n "$page" ]; then
    printf 'error: GH013: Repository rule violations found for %s.\\n' "$ref" >&2
    printf 'Review all repository rules at %s\\n\\n- %s\\n' "$page" "$1" >&2
  else
    printf 'error: GH006: Protected branch update failed for %s.\\nerror: %s\\n' "$ref" "$1" >&2
  fi
  exit 1
}
brought() {
  if [ "$old" = "$zero" ]; then git "$@" "$new" --not --branches; else git "$@" "$old..$new"; fi
}
printf '%s\\n' "$HUB_REFUSALS" | {
  while IFS= read -r line; do
    case $line in
      "$ref! "*) refuse "${line#"$ref! "}" ;;
      "$ref?")
        case $old in
          *[!0]*) git merge-base --is-ancestor "$old" "$new" || refuse 'Cannot force-push to this branch' ;;
        esac ;;
      "$ref-")
        test -z "$(brought rev-list --merges)" || refuse 'This branch must not contain merge commits.' ;;
      "$ref=")
        brought -c gpg.ssh.allowedSignersFile="$HUB_SIGNERS" log --format='%G?' | grep -qv '^G$' \\
          && refuse 'Commits must have verified signatures.' ;;
    esac
  done
  true
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
