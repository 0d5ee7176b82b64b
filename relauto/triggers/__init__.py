"""What an event of GitHub means to the incidents that are open, and what is done about it.

An event is only a hint to look: what it says is never believed, and one that comes twice, late or not at
all does no harm.
"""
