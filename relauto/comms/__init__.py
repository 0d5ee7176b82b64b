"""Every text that leaves relauto: rendered from facts, for one audience, and nothing sent from here."""
