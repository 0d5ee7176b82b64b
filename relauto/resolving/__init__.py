"""Rules that resolve conflicts of a pick: off unless they are named, and never the last word.

Each rule is proved on its lines alone; where it cannot prove its case it leaves the conflict. What people
would have done no rule knows: how often they had committed the same `relauto replay --resolvers` measures.

An answer's confidence is `high` where changes stand side by side, the fix deletes a file, or the project's
settings say which side counts; `medium` where one side inserted beside a line that the other reworded, and in
a file that was followed to another path; `low` for words within a line, where a part of the fix is lost, and
where little but its name tells that a file is the one that was followed.
"""
