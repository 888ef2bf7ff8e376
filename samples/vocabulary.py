"""The words that invoices of each language use, with their synonyms. Forms of numbers and dates stand in `page_style`."""

from random import Random
from typing import Final

from samples.label_table import CREDIT_NOTE_LABELS, LABELS

KEYS: Final = (
    "invoice", "credit_note", "number", "issue_date", "due_date", "delivery_date", "order", "buyer_reference",
    "customer_number", "bill_to", "seller", "page", "pos", "item", "description", "quantity", "unit",
    "unit_price", "rate", "amount", "line_total", "net", "tax", "tax_total", "base", "gross", "paid", "due",
    "carried", "brought", "iban", "bic", "bank", "reference", "vat_id", "tax_no", "phone", "email", "currency",
    "thanks", "terms", "greeting",
)  # fmt: skip


def labels(language: str, random: Random) -> dict[str, str]:
    """One word or phrase for each key, chosen among the language's synonyms."""
    table = LABELS[language]
    return {key: random.choice(table[key]) for key in KEYS}


def credit_note_labels(language: str, random: Random) -> dict[str, str]:
    """What takes the place of the invoice's own words where money is given back."""
    return {key: random.choice(words) for key, words in CREDIT_NOTE_LABELS[language].items()}


def unit_name(language: str, unit_code: str) -> str:
    return _UNITS[language][unit_code]


def country_name(language: str, country: str) -> str:
    return _COUNTRY_NAMES[language].get(country, country)


def terms_of_payment(language: str, days: int, random: Random) -> str:
    return random.choice(_TERMS[language]).format(days=days, early=max(days // 3, 3))


def month_name(language: str, month: int) -> str:
    return _MONTHS[language].split()[month - 1]


_UNITS: Final = {
    "en": {"C62": "pcs", "HUR": "h", "KGM": "kg", "MTR": "m", "DAY": "days", "MON": "months", "LTR": "l"},
    "de": {"C62": "Stk.", "HUR": "Std.", "KGM": "kg", "MTR": "m", "DAY": "Tage", "MON": "Monate", "LTR": "l"},
    "fr": {"C62": "pce", "HUR": "h", "KGM": "kg", "MTR": "m", "DAY": "j", "MON": "mois", "LTR": "l"},
    "es": {"C62": "ud", "HUR": "h", "KGM": "kg", "MTR": "m", "DAY": "días", "MON": "mes", "LTR": "l"},
    "it": {"C62": "pz", "HUR": "ore", "KGM": "kg", "MTR": "m", "DAY": "gg", "MON": "mesi", "LTR": "l"},
    "nl": {"C62": "st.", "HUR": "uur", "KGM": "kg", "MTR": "m", "DAY": "dag", "MON": "mnd", "LTR": "l"},
    "pt": {"C62": "un", "HUR": "h", "KGM": "kg", "MTR": "m", "DAY": "dias", "MON": "mês", "LTR": "l"},
    "sv": {"C62": "st", "HUR": "tim", "KGM": "kg", "MTR": "m", "DAY": "dag", "MON": "mån", "LTR": "l"},
    "da": {"C62": "stk.", "HUR": "timer", "KGM": "kg", "MTR": "m", "DAY": "dage", "MON": "mdr.", "LTR": "l"},
}

_COUNTRY_NAMES: Final = {
    language: dict(pair.split("=") for pair in names.split(","))
    for language, names in {
        "en": (
            "GB=United Kingdom,IE=Ireland,US=United States,DE=Germany,AT=Austria,FR=France,BE=Belgium,"
            "ES=Spain,IT=Italy,NL=Netherlands,PT=Portugal,SE=Sweden,DK=Denmark,CH=Switzerland"
        ),
        "de": (
            "GB=Vereinigtes Königreich,IE=Irland,US=USA,DE=Deutschland,AT=Österreich,FR=Frankreich,"
            "BE=Belgien,ES=Spanien,IT=Italien,NL=Niederlande,PT=Portugal,SE=Schweden,DK=Dänemark,"
            "CH=Schweiz"
        ),
        "fr": (
            "GB=Royaume-Uni,IE=Irlande,US=États-Unis,DE=Allemagne,AT=Autriche,FR=France,BE=Belgique,"
            "ES=Espagne,IT=Italie,NL=Pays-Bas,PT=Portugal,SE=Suède,DK=Danemark,CH=Suisse"
        ),
        "es": (
            "GB=Reino Unido,IE=Irlanda,US=Estados Unidos,DE=Alemania,AT=Austria,FR=Francia,BE=Bélgica,"
            "ES=España,IT=Italia,NL=Países Bajos,PT=Portugal,SE=Suecia,DK=Dinamarca,CH=Suiza"
        ),
        "it": (
            "GB=Regno Unito,IE=Irlanda,US=Stati Uniti,DE=Germania,AT=Austria,FR=Francia,BE=Belgio,"
            "ES=Spagna,IT=Italia,NL=Paesi Bassi,PT=Portogallo,SE=Svezia,DK=Danimarca,CH=Svizzera"
        ),
        "nl": (
            "GB=Verenigd Koninkrijk,IE=Ierland,US=Verenigde Staten,DE=Duitsland,AT=Oostenrijk,"
            "FR=Frankrijk,BE=België,ES=Spanje,IT=Italië,NL=Nederland,PT=Portugal,SE=Zweden,"
            "DK=Denemarken,CH=Zwitserland"
        ),
        "pt": (
            "GB=Reino Unido,IE=Irlanda,US=Estados Unidos,DE=Alemanha,AT=Áustria,FR=França,BE=Bélgica,"
            "ES=Espanha,IT=Itália,NL=Países Baixos,PT=Portugal,SE=Suécia,DK=Dinamarca,CH=Suíça"
        ),
        "sv": (
            "GB=Storbritannien,IE=Irland,US=USA,DE=Tyskland,AT=Österrike,FR=Frankrike,BE=Belgien,"
            "ES=Spanien,IT=Italien,NL=Nederländerna,PT=Portugal,SE=Sverige,DK=Danmark,CH=Schweiz"
        ),
        "da": (
            "GB=Storbritannien,IE=Irland,US=USA,DE=Tyskland,AT=Østrig,FR=Frankrig,BE=Belgien,"
            "ES=Spanien,IT=Italien,NL=Nederlandene,PT=Portugal,SE=Sverige,DK=Danmark,CH=Schweiz"
        ),
    }.items()
}

_MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
}

_TERMS: Final = {
    "en": (
        "Net {days} days",
        "Payment within {days} days of the invoice date.",
        "2 % discount if paid within {early} days, otherwise {days} days net.",
    ),
    "de": (
        "Zahlbar innerhalb von {days} Tagen ohne Abzug.",
        "Bei Zahlung innerhalb von {early} Tagen 2 % Skonto, {days} Tage netto.",
        "{days} Tage netto",
    ),
    "fr": (
        "Règlement à {days} jours date de facture.",
        "Paiement sous {days} jours, escompte 2 % sous {early} jours.",
        "Virement à {days} jours",
    ),
    "es": (
        "Pago a {days} días fecha de factura.",
        "Transferencia a {days} días",
        "Descuento del 2 % por pago en {early} días; vencimiento a {days} días.",
    ),
    "it": (
        "Bonifico bancario a {days} giorni data fattura.",
        "Pagamento entro {days} giorni",
        "Sconto 2 % per pagamento entro {early} giorni, altrimenti {days} giorni.",
    ),
    "nl": (
        "Betaling binnen {days} dagen na factuurdatum.",
        "Betalingstermijn {days} dagen",
        "2 % korting bij betaling binnen {early} dagen, anders {days} dagen netto.",
    ),
    "pt": ("Pagamento a {days} dias da data da fatura.", "Pronto pagamento até {days} dias"),
    "sv": ("{days} dagar netto", "Betalning inom {days} dagar från fakturadatum."),
    "da": ("Netto {days} dage", "Betaling senest {days} dage efter fakturadato."),
}

# Allowance (BT-97) and charge (BT-104).
ADJUSTMENT_REASONS: Final = {
    "en": ("Volume discount", "Packaging"),
    "de": ("Mengenrabatt", "Verpackungspauschale"),
    "fr": ("Remise", "Frais d'emballage"),
    "es": ("Descuento", "Embalaje"),
    "it": ("Sconto", "Imballo"),
    "nl": ("Korting", "Verpakkingskosten"),
    "pt": ("Desconto", "Embalagem"),
    "sv": ("Rabatt", "Emballage"),
    "da": ("Rabat", "Emballage"),
}

# What becomes of a credit note's amount (BT-20; BR-CO-25 asks for terms where an amount is due).
CREDIT_TERMS: Final = {
    "en": "The amount will be set off against your next invoice.",
    "de": "Der Betrag wird mit der nächsten Rechnung verrechnet.",
    "fr": "Montant à déduire de votre prochaine facture.",
    "es": "Importe a compensar en su próxima factura.",
    "it": "Importo da compensare con la prossima fattura.",
    "nl": "Het bedrag wordt verrekend met uw volgende factuur.",
    "pt": "Valor a deduzir na próxima fatura.",
    "sv": "Beloppet kvittas mot nästa faktura.",
    "da": "Beløbet modregnes i næste faktura.",
}

# VAT exemption reasons (BT-120): reverse charge, and the small business that charges no tax.
EXEMPTIONS: Final = {
    "AE": {
        "en": "Reverse charge: VAT to be accounted for by the recipient.",
        "de": "Steuerschuldnerschaft des Leistungsempfängers.",
        "fr": "Autoliquidation : TVA due par le preneur.",
        "es": "Inversión del sujeto pasivo.",
        "it": "Inversione contabile.",
        "nl": "Btw verlegd.",
        "pt": "IVA - autoliquidação.",
        "sv": "Omvänd betalningsskyldighet.",
        "da": "Omvendt betalingspligt.",
    },
    "E": {"de": "Gemäß § 19 UStG wird keine Umsatzsteuer berechnet."},
}
