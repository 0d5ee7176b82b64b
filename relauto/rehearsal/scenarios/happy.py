"""Everybody does their part."""

from relauto.rehearsal.scenario import Scenario

SCENARIO = Scenario("happy", "one fix, one candidate, one release")
