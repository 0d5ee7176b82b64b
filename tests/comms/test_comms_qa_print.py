"""QA's page as it is printed."""

from dataclasses import replace

from relauto.comms.qa_page import render_qa
from relauto.comms.qa_print import render_print
from relauto.comms.qa_results import QaResults, Result
from tests.comms.test_comms_qa import FACTS


def test_the_printed_page_shows_boxes_who_ticked_and_no_ids() -> None:
    ticked = (Result("build.commit", "", "ticked", "quinn"), Result("sign-off", "", "open"))
    machines = {"machine.contained": "passed", "machine.scope": "waived", "machine.checks": "failed"}
    results = QaResults("v1.4.3-rc1", "", "", ticked, machines=machines)
    html = render_print(render_qa("candidate", replace(FACTS, green=True)), results)
    assert "<title>Verify v1.4.3-rc1</title>" in html
    assert "\u2611 (quinn) The tag v1.4.3-rc1 is at commit" in html
    assert "\u2611 (by a machine) The candidate holds every commit of the fix" in html
    assert "\u2610 (waived) It holds nothing else" in html
    assert "\u2610 (failed) CI is green at its commit" in html
    assert "\u2610 I verified v1.4.3-rc1 at" in html
    assert "relauto:qa:build" not in html
    assert "<td>sqlite</td>" in html
    assert "python3 candidate/stockroom.pyz version" in html


def test_markup_of_others_does_nothing_on_it() -> None:
    page = "# a\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](https://example.org/i.png)\n"
    html = render_print(page, QaResults("v1", "", "", ()))
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'href="javascript' not in html
    assert "<img" not in html


def test_what_a_machine_said_is_not_taken_from_what_was_asked() -> None:
    html = render_print(
        render_qa("candidate", replace(FACTS, green=True)), QaResults("v1.4.3-rc1", "", "", ())
    )
    assert "\u2610 (not known by now) CI is green at its commit" in html
