"""QA finds that the first fix does not do."""

from relauto.rehearsal.scenario import Scenario

SCENARIO = Scenario(
    "qa-fails-first",
    "QA refuses the first candidate; a second fix follows; the second candidate ships",
    sample="qa-fails-first",
)
