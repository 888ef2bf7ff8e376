"""One text analysis for every search index: NFKC, split at what is no letter or digit, fold accents, lower, cut.

Every index is given these tokens ready-made, so that no index's own parser or dictionary decides anything. No stemming:
invoices mix languages. Knows nothing of documents and queries.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

MAX_LENGTH: Final = 256
"""A longer run of letters is cut: 32,766 bytes fail a Lucene document, 2,046 a tsvector."""
MAX_TOKENS: Final = 16_000
"""Places of one document that are indexed (its words, and one between two values): a tsvector's positions end at 16,383."""
MAX_BYTES: Final = 600_000
"""UTF-8 bytes of one document's words: a tsvector takes 1 MB, places included."""
MAX_NAME: Final = 512
"""Characters of a name that is sorted and filtered by: an index row takes 2,704 bytes, four for a letter at worst."""

# Letters that Lucene's ASCIIFoldingFilter folds and NFD does not take apart; made from OpenSearch 3.8 `_analyze`.
_TABLE: Final = (
    "Æae Ðd Øo Þth ßss æae ðd øo þth Đd đd Ħh ħh ıi ĸq Łl łl Ŋn ŋn Œoe œoe Ŧt ŧt ƀb Ɓb Ƃb ƃb Ɔo "
    "Ƈc ƈc Ɖd Ɗd Ƌd ƌd Ǝe Əa Ɛe Ƒf ƒf Ɠg ƕhv Ɩi Ɨi Ƙk ƙk ƚl Ɯm Ɲn ƞn Ɵo Ƥp ƥp ƫt Ƭt ƭt Ʈt "
    "Ʋv Ƴy ƴy Ƶz ƶz ƿw ǝe Ǣae ǣae Ǥg ǥg Ƕhv Ƿw Ǽae ǽae Ǿo ǿo Ȝz ȝz Ƞn ȡd Ȣou ȣou Ȥz ȥz ȴl ȵn ȶt "
    "ȷj ȸdb ȹqp Ⱥa Ȼc ȼc Ƚl Ⱦt ȿs ɀz Ƀb Ʉu Ʌv Ɇe ɇe Ɉj ɉj Ɋq ɋq Ɍr ɍr Ɏy ɏy ɐa ɓb ɔo ɕc ɖd "
    "ɗd ɘe əa ɚa ɛe ɜe ɝe ɞe ɟj ɠg ɡg ɢg ɥh ɦh ɨi ɪi ɫl ɬl ɭl ɯm ɰm ɱm ɲn ɳn ɴn ɵo ɶoe ɼr "
    "ɽr ɾr ɿr ʀr ʁr ʂs ʄj ʇt ʈt ʉu ʋv ʌv ʍw ʎy ʏy ʐz ʑz ʗc ʙb ʚe ʛg ʜh ʝj ʞk ʟl ʠq ʣdz ʥdz "
    "ʦts ʨtc ʪls ʫlz ʮh ʯh ᴀa ᴁae ᴂae ᴃb ᴄc ᴅd ᴆd ᴇe ᴈe ᴉi ᴊj ᴋk ᴌl ᴍm ᴎn ᴏo ᴐo ᴔoe ᴕou ᴖo ᴗo ᴘp "
    "ᴙr ᴚr ᴛt ᴜu ᴠv ᴡw ᴢz ᵫue ᵬb ᵭd ᵮf ᵯm ᵰn ᵱp ᵲr ᵳr ᵴs ᵵt ᵶz ᵷg ᵹg ᵺth ᵻi ᵼi ᵽp ᵾu ᶀb ᶁd "
    "ᶂf ᶃg ᶄk ᶅl ᶆm ᶇn ᶈp ᶉr ᶊs ᶌv ᶍx ᶎz ᶏa ᶑd ᶒe ᶓe ᶔe ᶕa ᶖi ᶗo ᶙu ẜs ẝs ẞss Ỻll ỻll Ỽv Ỿy "
    "ỿy ↄc Ⱡl ⱡl Ɫl Ᵽp Ɽr ⱥa ⱦt Ⱨh ⱨh Ⱪk ⱪk Ⱬz ⱬz Ɱm Ɐa ⱱv Ⱳw ⱳw ⱴv Ⱶh ⱶh ⱸe ⱺo ⱻe Ꜩtz ꜩtz "
    "ꜰf ꜱs Ꜳaa ꜳaa Ꜵao ꜵao Ꜷau ꜷau Ꜹav ꜹav Ꜻav ꜻav Ꜽay ꜽay Ꜿc ꜿc Ꝁk ꝁk Ꝃk ꝃk Ꝅk ꝅk Ꝇl ꝇl Ꝉl ꝉl Ꝋo ꝋo "
    "Ꝍo ꝍo Ꝏoo ꝏoo Ꝑp ꝑp Ꝓp ꝓp Ꝕp ꝕp Ꝗq ꝗq Ꝙq ꝙq Ꝛr ꝛr Ꝟv ꝟv Ꝡvy ꝡvy Ꝣz ꝣz Ꝧth ꝧth Ꝩv Ꝺd ꝺd Ꝼf "
    "ꝼf Ᵹg Ꝿg ꝿg Ꞁl ꞁl Ꞃr ꞃr Ꞅs ꞅs Ꞇt ꟻf ꟼp ꟽm ꟾi ꟿm "
)


def canonical(text: str) -> str:
    """NFKC: what every index is given, in documents and in queries."""
    return unicodedata.normalize("NFKC", text)


def plain(name: str) -> str:
    """A name on one line, canonical, without control characters, at most MAX_NAME characters."""
    letters = canonical(name[: 4 * MAX_NAME])
    return " ".join("".join(letter if letter.isprintable() else " " for letter in letters).split())[:MAX_NAME].strip()


def name_key(name: str) -> str:
    """What a name is filtered and sorted by: two spellings that differ in case, accents or blanks only are the same."""
    return fold(plain(name))


def fold(text: str) -> str:
    """Lower case without accents: `Müller` and `MULLER` are the same word."""
    return text.lower() if text.isascii() else canonical(text).translate(_FOLD)


def tokens(text: str) -> list[str]:
    """The words of a text, in order."""
    return [token[:MAX_LENGTH] for token in _WORD.findall(fold(text))]


@dataclass(slots=True)
class Allowance:
    """How much of a document is indexed. What is cut to fit is cut for every index, so that all give the same answers."""

    places: int = MAX_TOKENS
    size: int = MAX_BYTES

    def cut(self, value: str) -> str:
        """As much of the canonical text of `value` as is left of the allowance, on one line; empty when nothing is."""
        text = " ".join(canonical(value).split())
        end = 0
        for word in _WORD.finditer(text):
            size = len(word[0][:MAX_LENGTH].encode())
            if self.places < 2 or size > self.size:
                self.places = 0
                text = text[:end]
                break
            self.places, self.size, end = self.places - 1, self.size - size, word.end()
        self.places -= 1 if text else 0
        return text


def compact(text: str) -> str:
    """All words run together, at most MAX_LENGTH: `RE-2024/00123` is `re202400123`."""
    return "".join(tokens(text))[:MAX_LENGTH]


def identifier_terms(value: str) -> set[str]:
    """Every way an identifier is asked for: RE-2024/00123 -> re202400123, 202400123, re, 2024, 00123, 123."""
    parts = tokens(value)
    runs = [run for part in parts for run in _RUN.findall(part)]
    terms = {"".join(parts[start:]) for start in range(min(len(parts), 32))} | set(parts) | set(runs)
    terms |= {run.lstrip("0") for run in runs if run.isdigit() and len(run.lstrip("0")) >= 2}
    return {term[:MAX_LENGTH] for term in terms if term}


def one_edit(one: str, other: str) -> bool:
    """At most one letter inserted, deleted, changed, or two neighbours swapped (what Lucene's fuzziness 1 accepts)."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
        return one[at + 1 :] == other[at + 1 :] or swapped
    return one[at + 1 :] == other[at:] if len(one) > len(other) else one[at:] == other[at + 1 :]


class _Fold(dict[int, str]):
    """A table for str.translate, filled as letters are met; at most one entry for each code point there is."""

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        base = unicodedata.normalize("NFD", letter)[0]
        low = (base if base.isascii() else letter).lower()
        # a small letter may be one that folds further: then its capital must, or neither would be found by the other
        self[point] = letter if len(low) != 1 else low if low == letter else self[ord(low)]
        return self[point]


_FOLD: Final = _Fold({ord(entry[0]): entry[1:] for entry in _TABLE.split()})
_WORD: Final = re.compile(r"[^\W_]+")
_RUN: Final = re.compile(r"[0-9]+|[^0-9]+")
