"""Who ticked what, as a matrix."""

from relauto.comms.qa_results import QaResults, Result, render_results


def result(item, by="quinn", state="ticked", environment="", evidence=""):
    return Result(item, environment, state, by, evidence)


SHOWN = "https://github.com/acme/qa/issues/3#issuecomment-7"


RESULTS = QaResults(
    "v1.0.1-rc1",
    "https://github.com/acme/qa/issues/3",
    "d" * 64,
    (
        result("build.commit"),
        result("old.start", by=""),
        result("new.start.mysql", environment="mysql", evidence=SHOWN),
        result("new.start.cluster", by="", state="open", environment="cluster"),
        result("regression.up.cluster", by="mallory", state="refused", environment="cluster"),
        result("evidence.1", evidence=SHOWN),
        result("evidence.2", state="unproved"),
        result("evidence.3", by="", state="unknown"),
        result("sign-off", by="", state="open"),
    ),
)

TABLES = f"""
| item | mysql | cluster |
| --- | --- | --- |
| `new.start` | quinn, [evidence]({SHOWN}) | open |
| `regression.up` |  | open: ticked by mallory, who is not on the roster for it |

| item | who |
| --- | --- |
| `build.commit` | quinn |
| `old.start` | ticked |
| `evidence.1` | quinn, [evidence]({SHOWN}) |
| `evidence.2` | open: ticked by quinn, without the evidence that it asks for |
| `evidence.3` | open: ticked, by whom is not known |
| `sign-off` | open |
"""


def test_the_page_of_results_is_whole():
    head = "# What QA found on v1.0.1-rc1\n\nNo verdict yet in [QA's issue](https://github.com/acme/qa/issues/3).\n"
    assert render_results(RESULTS) == head + TABLES


def test_a_verdict_is_told():
    told = QaResults("v1", "", "", (result("sign-off"),), "fail", "quinn", "it | stops")
    assert render_results(told) == (
        "# What QA found on v1\n\nquinn said `fail`: it \\| stops.\n\n"
        "| item | who |\n| --- | --- |\n| `sign-off` | quinn |\n"
    )
