"""`init`: what an adopter begins with, written once and renewed later without losing what they changed.

The files are drafted from answers, read back by the parsers that will read them in earnest, and settled by
a three-way update against what was written last, which the hidden file `.relauto-init.json` keeps.
"""
