"""The rules of EN 16931 in their cheap form break where the official stylesheets' do, on sound and on damaged invoices."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest
from lxml import etree

from invoiceflow.domain.invoice import Finding
from invoiceflow_pipeline.work.rules_lane import RulesLane, broken_rules
from samples.factur_x import GUIDELINES, cii_xml
from samples.invoice_draw import Bill, Wishes, draw_bill
from samples.ubl import ubl_xml
from tests.rows import reading

PROFILES = {
    "minimum": "urn:factur-x.eu:1p0:minimum",
    "basicwl": "urn:factur-x.eu:1p0:basicwl",
    "basic": "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
    "en16931": "urn:cen.eu:en16931:2017",
    "extended": "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
}
DAMAGED = 15


def broken_by_the_whole_files(xml: bytes) -> tuple[Finding, ...] | None:
    """In a process of its own, where nothing is cut out."""
    from invoiceflow_reader.readers import en16931_rules

    vars(en16931_rules)["cut_down"] = lambda _path: None
    return en16931_rules.broken_rules(xml)


@pytest.fixture(scope="module")
def lanes() -> Iterator[tuple[RulesLane, RulesLane]]:
    pair = RulesLane(rules=broken_by_the_whole_files), RulesLane(rules=broken_rules)
    yield pair
    for lane in pair:
        lane.close()


def bill(number: int) -> Bill:
    return draw_bill("de", Random(number), Wishes(country="DE", several_rates=True, allowance=True, has_vat=True))


def in_profile(name: str) -> Callable[[Bill], bytes]:
    def written(one: Bill) -> bytes:
        return cii_xml(one).replace(GUIDELINES["en16931"].encode() + b"<", PROFILES[name].encode() + b"<")

    return written


def damaged(xml: bytes, random: Random) -> bytes:
    """One element is taken out, emptied, doubled, or says something else."""
    root = etree.fromstring(xml)
    element = random.choice([e for e in root.iter() if e.getparent() is not None and "Context" not in str(e.tag)])
    parent = element.getparent()
    assert parent is not None
    way = random.randrange(4)
    if way == 0:
        parent.remove(element)
    elif way == 1:
        element[:] = []
        element.text = None
    elif way == 2:
        parent.insert(parent.index(element), etree.fromstring(etree.tostring(element)))
    else:
        element.text = random.choice(["S", "E", "AE", "0", "-1.005", "XX", "20250230"])
    return etree.tostring(root)


def codes(lane: RulesLane, xml: bytes) -> set[str]:
    return {finding.code for finding in lane.checked(replace(reading(), xml=xml)).invoice.findings}


@pytest.mark.parametrize("profile", [*PROFILES, "ubl"])
def test_both_forms_tell_the_same(lanes: tuple[RulesLane, RulesLane], profile: str) -> None:
    whole, cheap = lanes
    written = ubl_xml if profile == "ubl" else in_profile(profile)
    random, told = Random(profile), set()
    for number in range(DAMAGED):
        xml = written(bill(number))
        for one in (xml, damaged(xml, random)):
            expected = codes(whole, one)
            told |= expected
            assert codes(cheap, one) == expected or expected == {"rules.not_applicable"}  # by a rule that is not told
    assert "rules.not_checked" not in told
    assert told or profile == "minimum"


def test_the_rules_of_basic_are_told_though_they_are_numbered_anew(lanes: tuple[RulesLane, RulesLane]) -> None:
    xml = in_profile("basic")(bill(1))
    start = xml.index(b"<ram:BasisAmount>", xml.index(b"<ram:ApplicableHeaderTradeSettlement>"))
    end = xml.index(b"</ram:BasisAmount>", start) + len(b"</ram:BasisAmount>")
    assert "BR-45" in codes(lanes[1], xml[:start] + xml[end:])


def test_an_invoice_against_its_schema_is_told_as_such(lanes: tuple[RulesLane, RulesLane]) -> None:
    xml = cii_xml(bill(1)).replace(
        b"<ram:GrandTotalAmount>", b"<ram:GrandTotalAmount>1</ram:GrandTotalAmount><ram:GrandTotalAmount>"
    )
    assert codes(lanes[1], xml) == {"rules.not_applicable"}
