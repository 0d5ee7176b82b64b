"""Tests of stockroom: `python3 -m unittest`."""
