"""Rules that resolve conflicts of a pick: off unless they are named, and never the last word.

Each rule is proved on its lines alone; where it cannot prove its case it leaves the conflict. How often
people had committed the same was measured on the backports of public projects (`relauto replay`).
"""
