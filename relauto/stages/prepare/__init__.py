"""Stage 5, prepare: from the merged fix to the published dot release, a module a step."""
