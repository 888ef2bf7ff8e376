"""What can be the name of a company or person in a line of text, and what is a street, a greeting or a number instead."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from invoiceflow_reader.locators.addresses import is_city_line
from invoiceflow_reader.page.structure import Page
from invoiceflow_reader.parsing.amounts import find_amounts
from invoiceflow_reader.parsing.dates import find_dates

LEGAL_FORM: Final = re.compile(
    r"(?<![\w.])(?:"
    # German-speaking countries
    r"g?GmbH|gGmbH|GesmbH|Ges\.m\.b\.H\.?|mbH|AG|gAG|KGaA|KG|OHG|OG|UG|GbR|PartG(?:mbB)?|mbB|e\.\s?K\.|eK|e\.\s?U\.|"
    r"AöR|KdöR|GesbR|PartGmbB|eG|e\.\s?G\.|e\.\s?V\.|a\.\s?G\.|"
    # English
    r"Inc\.?|LLC|L\.L\.C\.|Ltd\.?|Limited|PLC|plc|LLP|LP|Corp\.?|Corporation|Company|Co\.|& Co|Pty|Pvt|Pte|CIC|P\.C\.|"
    r"Sdn\.?\sBhd|"
    # French
    r"S\.?A\.?R\.?L\.?|SARL|Sarl|Sàrl|SAS|S\.A\.S\.?|SASU|EURL|SNC|SCI|SCOP|SCEA|GAEC|GIE|EARL|SPRL|SRL|ASBL|asbl|S\.A|S\.A\.|SA|"
    # Spanish, Portuguese
    r"S\.?\s?L\.?\s?U?\.?|S\.L\.L\.|SLNE|S\.\s?Coop\.?|C\.B\.|Lda\.?|LDA|Ltda\.?|Unipessoal|S\.A\.U\.|SAU|S\.A\. de C\.V\.|"
    # Italian
    r"S\.\s?r\.\s?l\.?\s?s?\.?|SRLS?|Srls?|S\.\s?p\.\s?A\.?|SpA|SPA|S\.n\.c\.?|S\.a\.s\.|s\.a\.s\.|Soc\.\sCoop\.?|"
    r"S\.c\.a\.r\.l\.?|Scarl|Cooperativa|Coop|"
    # Dutch, Belgian
    r"B\.V\.?|BV|N\.V\.?|NV|V\.?O\.?F\.?|BVBA|CVBA|VZW|vzw|C\.V\.|"
    # Polish, Czech, Slovak, Hungarian, Romanian, Slovenian, Croatian, Baltic
    r"[Ss][Pp]\.?\s?z\s?o\.?\s?o\.?|[Ss]p\.\s?[jkp]\.|S\.K\.A\.|S\.C\.|s\.c\.|(?:spol\.\s)?s\.?\s?r\.?\s?o\.?|"
    r"a\.\s?s\.|v\.\s?o\.\s?s\.|k\.\s?s\.|z\.\s?s\.|o\.p\.s\.|"
    r"Kft\.?|Zrt\.?|Nyrt\.?|Bt\.?|S\.R\.L\.|PFA|j?\.?d\.\s?o\.\s?o\.?|d\.\s?d\.|s\.\s?p\.|SIA|UAB|MB|OÜ|"
    # Nordic
    r"AB|A/S|ApS|I/S|IVS|P/S|K/S|AS|ASA|ANS|ENK|DA|Oy|Oyj|Ky|Tmi|HB|ehf\.?|hf\.?|SE|S\.E\."
    r")(?![\w])"
)
STREET: Final = re.compile(
    r"(?:stra(?:ß|ss)e|str\.|gasse|\bweg|\w{3}weg|platz|allee|\bring|chaussee|damm|ufer|straat|laan|plein|kade|gracht|"
    r"singel|dijk|dreef|gatan|vägen|gränd|gade|\w{3}vej|gata|veien|"
    r"\bkatu|tie\b|\brue\b|\bavenue\b|\bav\.|\bbd\.?\b|\bboulevard\b|\bchemin\b|\bimpasse\b|\bquai\b|\broute\b|"
    r"\bcalle\b|\bc/|\bavda\b|\bplaza\b|\bpaseo\b|"
    r"\bpol[íi]gono\b|\bpol\.|\bctra\.|\bcarretera\b|\briva\b|\bvia\b|\bviale\b|\bpiazza\b|\bcorso\b|\bstrada\b|\blargo\b|\brua\b|\bavenida\b|\bpra[çc]a\b|"
    r"\btravessa\b|\bul\.|\bal\.|\bos\.|\bnám|\bulice\b|"
    r"\bstreet\b|\bst\b\.?|\broad\b|\brd\b|\blane\b|\bdrive\b|\bave\b|\bcourt\b|\bsquare\b|\bclose\b|\bway\b|"
    r"\bhighway\b|\bblvd\b|\bpkwy\b|\bparkway\b|\bparade\b|\bpromenade\b|\bterrace\b|\bquay\b|\bsuite\b|\bunit\b|\bfloor\b|"
    r"\bbuilding\b|\butca\b|\bút\b|\btér\b|\bstr\b|\bbp\b|\bpostfach\b|\bpostbus\b|\bpostboks\b|\bcase postale\b|\bapartado\b)",
    re.IGNORECASE,
)
PERSON: Final = re.compile(
    r"^(?:herrn?|frau|mr|mrs|ms|miss|mx|dr|prof|mme|mlle|monsieur|madame|m|sr|sra|d|dña|sig|sig\.ra|dott|dhr|mevr|"
    r"de heer|mevrouw|pan|paní|hr|fru|exmo|exma)\.?\s+"
    r"(?=[A-ZÀ-Þ])",
    re.IGNORECASE,
)
CONTACT: Final = re.compile(
    r"\b(?:tel|phone|telefon|tél|tlf|fax|e-?mail|www|https?|iban|siret|siren|rcs|kvk|hrb|cvr|abn|bank(?!\s[A-Z][a-z]+$)|konto|capital|"
    r"rpr|ičo|eori)\b|@|\bT:|\(\d{3}\)\s?\d{3}",
    re.IGNORECASE,
)
SEPARATORS: Final = re.compile(r"\s+[·•|*●▪⋅∙‧]\s*|\s*[·•●▪⋅∙‧|]\s+|\s+[-–—]\s+|,\s+|;\s+|\s+/\s+")
SALUTATION: Final = re.compile(
    r"^(?:egr(?:egi[oa])?\.?(?:\s?sig\.?(?:ra)?)?|gent(?:ile)?\.?(?:\s?sig\.?(?:ra)?)?|de heer en mevrouw|"
    r"herrn?|frau|herrn? und frau|eheleute|familie|monsieur et madame|m\.? et mme|mr\.? (?:and|&) mrs\.?|"
    r"firma|fa\.?|an|madame|monsieur|mesdames|messieurs|mademoiselle|señora?|señores|signora?|mr\.?|mrs\.?|ms\.?|m\.|mme|sr\.?|sra\.?|spett\.?(?:\s?le)?|exmo.*|"
    r"de heer|mevrouw|aan|to|attn\.?:?.*|att\.?:.*|attention:?.*|à l'attention.*|a la atención.*|alla c\.?a\.?.*|"
    r"t\.a\.v\..*|z\.\s?h(?:d|änden)\.?.*|c/o.*)\s*:?$",
    re.IGNORECASE,
)
_NOT_A_NAME: Final = re.compile(
    r"https?:|www\.|@|\b(?:tel|tél|fax|phone|telefon|tlf|iban|bic|swift|e-?mail|page|seite|blz|kto|gln|siret|siren|"
    r"nip|regon|cvr|kvk|i[čc]o|di[čc]|abn|gstin)\b[.:\s-]|"
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\s\d{1,2}$|"
    r"visualisierung|stylesheet|e-?rechnung\b|electronic invoice|"
    r"^\W*$|^\d+[\s\w]{0,3}$|^\d+[A-Z]\s|\bregistered office\b|\bcompany reg(?:istration)?\b|"
    r"\b(?:pay|payable|zahlbar|payer) (?:with)?in\b|\b(?:p\.?\s?o\.?\s?box)\b|"
    r"^(?:address|adresse|anschrift|dirección|indirizzo|adres|sediul|"
    r"morada)\b\s*:|\bcapital\b|^(?:page|seite|pagina|original|kopie|copy|duplicate|oryginał)\b",
    re.IGNORECASE,
)
_COUNTRY: Final = re.compile(
    r"^(?:united kingdom|great britain|england|scotland|wales|ireland|éire|united states(?: of america)?|usa|u\.s\.a\.|canada|"
    r"australia|new zealand|india|singapore|south africa|germany|deutschland|allemagne|alemania|germania|duitsland|niemcy|"
    r"německo|tyskland|france|frankreich|francia|frankrijk|francja|austria|österreich|autriche|switzerland|schweiz|suisse|"
    r"svizzera|netherlands|the netherlands|nederland|niederlande|pays-bas|belgium|belgië|belgique|belgien|luxembourg|luxemburg|"
    r"spain|españa|spanien|espagne|spagna|italy|italia|italien|italie|portugal|poland|polska|polen|pologne|"
    r"czech republic|czechia|česk[áa] republika|tschechien|slovakia|slovensko|hungary|magyarország|ungarn|romania|românia|"
    r"sweden|sverige|schweden|denmark|danmark|dänemark|norway|norge|norwegen|finland|suomi|finnland|estonia|latvia|lithuania|"
    r"croatia|hrvatska|slovenia|slovenija|greece|bulgaria|turkey|türkiye|brazil|brasil|mexico|méxico)$",
    re.IGNORECASE,
)
_DEPARTMENT: Final = re.compile(
    r"^(?:service clients?|service abonn[ée]s?|"
    r"service facturation|customer (?:service|care|support)|kundenservice|kundendienst|kundenbetreuung|"
    r"accounts? (?:payable|receivable|department|dept\.?)|(?:billing|finance|purchasing)(?: department)?|"
    r"buchhaltung|einkauf|rechnungswesen|kreditorenbuchhaltung|comptabilit[ée]|service comptabilit[ée]|service achats|"
    r"contabilidad|departamento de contabilidad|amministrazione|ufficio acquisti|crediteurenadministratie|administratie|"
    r"contabilidade|dział księgowości|księgowość|účtárna|ekonomiavdelningen|bogholderi)$",
    re.IGNORECASE,
)
_POSTAGE: Final = re.compile(r"^P\.\s?P\.\s+(?:CH-?\d{4}\s)?")  # paid, in Switzerland: before the sender
_MONOGRAM: Final = re.compile(r"^([A-ZÀ-Þ])\s+(?=\1\w)")  # a logo's letter before the name
_ITS_DEPARTMENT: Final = re.compile(  # "Acme Kundenservice"
    r"(?<=\w\w)\s+(?:service (?:clients?|abonn[ée]s?|facturation|comptabilit[ée])|kundenservice|kundendienst|"
    r"customer (?:service|care|support)|accounts (?:payable|receivable))$",
    re.IGNORECASE,
)
_MAIL_ASIDE: Final = re.compile(r"\s*[(<\[][^()<>\s]*@[^()<>\s]*[)>\]]$")  # "Lena Brandt <lena@brandt.example>"
_IN_BRACKETS: Final = re.compile(r"\(.*\)$|[^(]*\)$|\([^)]*$")  # a remark, or a half of one: "(Not to be used as proof)"
_CAPITAL: Final = re.compile(r"\s+(?:au capital|à responsabilité|con capitale|mit einem)", re.IGNORECASE)
_FOR_A_PERSON: Final = re.compile(
    r"(?:attn|attention|att|fao|f\.a\.o|z\.?\s?h(?:d|\.|änden)|p\.\s?a\.\s|vertreten durch\b|t\.?a\.?v\.?\s|à l'att|"
    r"a la atención|alla c\.?a|c\.a\.|c/o\b)",
    re.IGNORECASE,
)
_SEAT: Final = re.compile(r"\s+te\s+[A-Z]")  # "B.V. te Groningen"
_SLIP: Final = re.compile(
    r"(?:payment advice|remittance (?:advice|slip|copy)|payment slip|bank giro credit|zahlungsanweisung|zahlteil|"
    r"empfangsschein|"
    r"überweisungsträger|sepa-überweisung|récépissé|section paiement|talon de paiement|coupon[- ]réponse|tip sepa|"
    r"conti correnti postali|bollettino|ricevuta di accredito|sezione pagamento|ricevuta\b.*accredito|overschrijving|"
    r"acceptgiro|giroblankett|indbetalingskort)",
    re.IGNORECASE,
)
_SLIP_BELOW: Final = 0.35  # of the page's height
_REGISTRATION: Final = re.compile(
    r"\b(?:VAT|USt-?Id|UID|ATU\d|C\.?I\.?F\b|N\.?I\.?F\b|P\.?\s?IVA|TVA|RCS|R\.C\.S|SIRET|KvK|Btw|T\.V\.A|RPM|RPR|B\.?C\.?E\b|KBO|"
    r"HR[AB]\b|FN \d|Reg(?:istered|ist|\.)|"
    r"Registro Mercantil|Amtsgericht|AG [A-ZÄÖÜ]\w+ HR|company (?:no|number)|Co\. Reg|ABN|GST|Cap\. ?Soc|capital)",
    re.IGNORECASE,
)
_LONGEST: Final = 90
_REMEMBERED: Final = 4096  # texts: each is asked for several times while a document is read


@lru_cache(maxsize=_REMEMBERED)
def name_in(text: str) -> str | None:
    """The text as a name of a party, or None where it cannot be one."""
    text = _ITS_DEPARTMENT.sub("", _MAIL_ASIDE.sub("", _MONOGRAM.sub("", _POSTAGE.sub("", text.strip(" :;,-–|·•*/")))))
    if not 2 <= len(text) <= _LONGEST or sum(c.isalpha() for c in text) < 2 or _IN_BRACKETS.match(text):
        return None
    if (
        _NOT_A_NAME.search(text)
        or SALUTATION.match(text)
        or is_only_legal_form(text)
        or is_country(text)
        or _DEPARTMENT.match(text)
    ):
        return None
    if find_dates(text) or is_city_line(text) or any(a.decimals == 2 for a in find_amounts(text)):
        return None
    if sum(c.isdigit() for c in text) > max(3, len(text) // 3) or is_street(text):
        return None
    return text


def up_to_its_form(text: str) -> str:
    """Without what a comma or dot parts from a legal form: "Casa del Caffè S.r.l., Via Toledo 256, 80132 Napoli"."""
    form = LEGAL_FORM.search(text)
    parted = SEPARATORS.search(text, form.end()) if form else None
    seat = _SEAT.match(text, form.end()) if form else None
    if form and seat:
        return text[: form.end()]
    while parted and is_only_legal_form(SEPARATORS.split(text[parted.end() :])[0]):  # "Trading Co., Ltd"
        parted = SEPARATORS.search(text, parted.end())
    return text[: parted.start()] if parted else text


def with_its_form(parts: Sequence[str]) -> str:
    """The first of a line's parts, with the legal form where that is the next: "Hostelco", "S.L.", "Avenida 77"."""
    if len(parts) < 2 or LEGAL_FORM.search(parts[0]):
        return parts[0]
    if is_only_legal_form(parts[1]):
        return f"{parts[0]}, {parts[1]}"
    form = LEGAL_FORM.match(parts[1])
    if form and _CAPITAL.match(parts[1], form.end()):  # "Établissements Morvan – SARL au capital de 15 000 €"
        return f"{parts[0]} {form.group()}"
    return parts[0]


def is_for_a_person(text: str) -> bool:
    """The line of an address that names who shall get the letter: only addressees have one."""
    return bool(_FOR_A_PERSON.match(text.strip()))


def top_of_the_slip(page: Page) -> float:
    """Where a payment slip begins at the page's foot; who pays and who is paid stand the other way round there. Points from
    the top, the page's height where there is none."""
    tops = (c.y0 for c in page.cells if c.y0 > _SLIP_BELOW * page.height and _SLIP.match(c.text))
    return min(tops, default=page.height)


def is_registered(text: str) -> bool:
    """Whether a registration, a tax number or a company's capital is in the text."""
    return bool(_REGISTRATION.search(text))


def is_country(text: str) -> bool:
    """The last line of an address that goes abroad."""
    return bool(_COUNTRY.match(text.strip(" .,")))


def is_street(text: str) -> bool:
    """A street with its number, and no company that is named after one."""
    return bool(re.search(r"\d", text) and STREET.search(text) and not LEGAL_FORM.search(text))


def is_place(text: str) -> bool:
    """What opens an address and is nobody's name: a street without its number, "Seapoint Promenade", "Avda. Libertad"."""
    if LEGAL_FORM.search(text):
        return False
    return any(m.end() == len(text) or (m.start() == 0 and m.group().endswith(".")) for m in STREET.finditer(text))


def is_only_legal_form(text: str) -> bool:
    """Whether nothing but a legal form is there: the end of a name that began on the line above, or after a label's word."""
    rest = LEGAL_FORM.sub(" ", text)
    return rest != text and not re.search(r"\w{2}", rest.replace("Co", ""))
