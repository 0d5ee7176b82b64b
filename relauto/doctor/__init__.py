"""`doctor`: before the first write, what is in place and what will be refused, each with what to do.

Everything is read and nothing is written. What GitHub does not tell is `unknown`, which is not `ok`.
"""
