"""The simulated people of a rehearsal, each a process of its own with a token of its own.

They know nothing of relauto: they look at the world through GitHub's API and git, as people do, check
for themselves what they are asked to stand for, and refuse what they cannot check. Nothing of relauto
is imported here, so that a fault there cannot make them agree with it.
"""
