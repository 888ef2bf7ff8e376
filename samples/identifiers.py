"""Invented identifiers with right check digits: VAT identifiers, IBANs, BICs, Leitweg-IDs. Who bears them: `companies`."""

from random import Random
from typing import Final

from stdnum import iban
from stdnum.ch import vat as swiss_vat
from stdnum.eu import vat as european_vat
from stdnum.gb import vat as british_vat
from stdnum.iso7064 import mod_97_10

# "#" is a digit, "@" a capital letter; all else stands as it is. Norm: the structures of ISO 13616 and of the VIES system.
_VAT_PATTERNS: Final = {
    "AT": "ATU########",
    "BE": "BE0#########",
    "CH": "CHE#########",
    "DE": "DE#########",
    "DK": "DK########",
    "ES": "ESB########",
    "FR": "FR###########",
    "GB": "GB#########",
    "IE": "IE#######@A",
    "IT": "IT0#######015",
    "NL": "NL#########B01",
    "PT": "PT5########",
    "SE": "SE556#######01",
}
_BBAN_PATTERNS: Final = {
    "AT": "################",
    "BE": "############",
    "CH": "#################",
    "DE": "##################",
    "DK": "##############",
    "ES": "####################",
    "FR": "#######################",
    "GB": "@@@@##############",
    "IE": "@@@@##############",
    "IT": "@######00000#######0###",
    "NL": "@@@@0#########",
    "PT": "#####################",
    "SE": "####################",
}
_TRIES: Final = 200_000


def vat_identifier(country: str, random: Random) -> str | None:
    """A VAT identifier (BT-31) with a right check digit, without spaces; None for a country that has none (the USA)."""
    pattern = _VAT_PATTERNS.get(country)
    if pattern is None:
        return None
    for _ in range(_TRIES):
        candidate = _filled(pattern, random)
        if _is_vat_identifier(country, candidate):
            return candidate
    raise ValueError(f"no VAT identifier of {country} found in {_TRIES} tries")


def account(country: str, random: Random) -> str | None:
    """An IBAN (BT-84) without spaces, its check digits and its country's own right; None where IBANs are not used."""
    pattern = _BBAN_PATTERNS.get(country)
    if pattern is None:
        return None
    for _ in range(_TRIES):
        bban = _filled(pattern, random)
        candidate = country + iban.calc_check_digits(f"{country}00{bban}") + bban
        if iban.is_valid(candidate):
            return candidate
    raise ValueError(f"no IBAN of {country} found in {_TRIES} tries")


def bic(country: str, random: Random) -> str:
    """A BIC (BT-86) of the right form, of a bank that does not exist."""
    return (
        "".join(random.choice("BDFGKLMNPRSTVX") for _ in range(4)) + country + random.choice(("2L", "22", "3D", "P1")) + "XXX"
    )


def leitweg_id(fine: int) -> str:
    """The Leitweg-ID (BT-10 of a German public buyer) with this number as its fine addressing, its check digits right."""
    return f"04011000-{fine}-{mod_97_10.calc_check_digits(f'04011000{fine}')}"


def _is_vat_identifier(country: str, candidate: str) -> bool:
    if country == "CH":
        return bool(swiss_vat.is_valid(f"{candidate}MWST"))
    if country == "GB":
        return bool(british_vat.is_valid(candidate))
    return bool(european_vat.is_valid(candidate))


def _filled(pattern: str, random: Random) -> str:
    return "".join(
        random.choice("0123456789") if sign == "#" else random.choice("ABCDEFGHKLMNPRSTW") if sign == "@" else sign
        for sign in pattern
    )
