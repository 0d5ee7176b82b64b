"""Proofs by matrices: whatever fails, and whenever, a re-run ends as an undisturbed run does.

The whole path is walked once, leg by leg (a leg is one call of relauto), and kept before each leg. A run of
a matrix restores one leg's beginning, disturbs it, runs relauto again until it ends by itself, and compares
the world with the undisturbed one.
"""
