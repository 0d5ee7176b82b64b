"""From what a step knows to the texts of `relauto.comms`: the only place where the two meet."""
