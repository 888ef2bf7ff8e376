"""The lane of EN 16931's rules: which rules are told, and that nothing which happens in it ever costs the reading."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import IngestionStatus
from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow.domain.search.query import Search
from invoiceflow.sandbox import Sandbox
from invoiceflow_pipeline.work.processing import Processor
from invoiceflow_pipeline.work.reading import read_invoice
from invoiceflow_pipeline.work.rules_lane import NOT_CHECKED, RulesLane
from samples import hostile
from samples.factur_x import cii_xml, zugferd1_xml
from samples.invoice_draw import Bill, Wishes, draw_bill
from samples.ubl import ubl_xml
from tests.pipeline.working import Recorded, found
from tests.rows import accepted, now, reading


@pytest.fixture(scope="module")
def lane() -> Iterator[RulesLane]:
    lane = RulesLane()
    yield lane
    lane.close()


def bill(number: int) -> Bill:
    return draw_bill("de", Random(number), Wishes(country="DE", allowance=False))


def codes(lane: RulesLane, xml: bytes) -> list[str]:
    return [finding.code for finding in lane.checked(replace(reading(), xml=xml)).invoice.findings]


def total_raised(xml: bytes, element: bytes) -> bytes:
    before, mark, after = xml.partition(element)
    opened, _, rest = after.partition(b">")
    amount, end, tail = rest.partition(b"<")
    return before + mark + opened + b">" + str(Decimal(amount.decode()) + 1).encode() + end + tail


def dies(_xml: bytes) -> tuple[Finding, ...] | None:
    os._exit(9)


def hangs(_xml: bytes) -> tuple[Finding, ...] | None:
    time.sleep(60)
    return ()


def faults(_xml: bytes) -> tuple[Finding, ...] | None:
    raise RuntimeError("a fault of ours")


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("written", [cii_xml, ubl_xml])
def test_sound_invoices_break_no_rule(lane: RulesLane, written: Callable[[Bill], bytes], number: int) -> None:
    assert codes(lane, written(bill(number))) == []


@pytest.mark.parametrize(
    ("written", "element"),
    [(cii_xml, b"<ram:GrandTotalAmount"), (ubl_xml, b"<cbc:TaxInclusiveAmount")],
)
def test_a_raised_total_breaks_the_rule_on_totals(lane: RulesLane, written: Callable[[Bill], bytes], element: bytes) -> None:
    assert "BR-CO-15" in codes(lane, total_raised(written(bill(1)), element))


def test_a_broken_rule_is_told_once_with_its_text(lane: RulesLane) -> None:
    xml = total_raised(cii_xml(bill(1)), b"<ram:GrandTotalAmount")
    [finding] = [one for one in lane.checked(replace(reading(), xml=xml)).invoice.findings if one.code == "BR-CO-15"]
    assert finding.severity is Severity.WARNING
    assert "rule BR-CO-15 of EN 16931: Invoice total amount with VAT" in finding.message


@pytest.mark.parametrize("xml", [zugferd1_xml(bill(1)), b"<html/>", b"<broken", b"", b" " * (3 << 20)])
def test_what_has_no_rules_gets_no_finding(lane: RulesLane, xml: bytes) -> None:
    assert codes(lane, xml) == []


def test_entities_are_not_resolved(lane: RulesLane) -> None:
    declared = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    xml = declared + cii_xml(bill(1)).partition(b"?>")[2].replace(b"<ram:Name>", b"<ram:Name>&x;", 1)
    assert codes(lane, xml) == []


def test_what_was_read_stands_whatever_the_rules_do() -> None:
    for rules in (dies, hangs, faults):
        lane = RulesLane(seconds=1, rules=rules)
        try:
            checked = lane.checked(replace(reading(), xml=b"<x/>"))
        finally:
            lane.close()
        assert checked.invoice.findings == (NOT_CHECKED,)
        assert checked.invoice.number == reading().invoice.number


def test_no_process_is_started_for_documents_without_xml() -> None:
    lane = RulesLane(rules=dies)
    assert lane.checked(reading()) == reading()
    assert not lane.started
    lane.close()
    assert lane.checked(replace(reading(), xml=b"<x/>")).invoice.findings == (NOT_CHECKED,)


def test_an_upload_that_breaks_a_rule_is_completed_and_found_by_it(system: System, sandbox: Sandbox, lane: RulesLane) -> None:
    row = accepted(system, hostile.with_xml(total_raised(cii_xml(bill(1)), b"<ram:GrandTotalAmount")))
    processor = Processor(
        ingestions=system.ingestions,
        objects=system.objects,
        search=system.search,
        sandbox=sandbox,
        read=read_invoice,
        now=now,
        jitter=lambda: 0.5,
        rules=lane,
    )
    try:
        processor.run([row.id], "run", Recorded())
    finally:
        processor.close()
    assert found(system, row).status is IngestionStatus.COMPLETED
    [hit] = system.search.search(Search(finding=("BR-CO-15",))).hits
    assert hit["request_id"] == str(row.id)
