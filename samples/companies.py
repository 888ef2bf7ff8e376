"""The invented sellers and buyers. What they sell stands in `goods`, how their numbers are made in `identifiers`."""

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Final

from invoiceflow.domain.invoice import Address, Party
from samples.identifiers import account, bic, vat_identifier


@dataclass(frozen=True)
class Company:
    """An invented company; one that charges no tax is a small business.

    All its identifiers follow from its name, so they are the same on every invoice.
    """

    name: str
    street: str
    post_code: str
    city: str
    country: str
    register: str
    manager: str
    charges_tax: bool = True

    @cached_property
    def vat_identifier(self) -> str | None:
        return vat_identifier(self.country, Random(f"vat {self.name}"))

    @cached_property
    def iban(self) -> str | None:
        return account(self.country, Random(f"iban {self.name}"))

    @cached_property
    def bic(self) -> str:
        return bic(self.country, Random(f"bic {self.name}"))

    @cached_property
    def tax_registration(self) -> str | None:
        """The local tax number (BT-32), which German, Austrian and American sellers print."""
        random = Random(f"tax {self.name}")
        if self.country in {"DE", "AT"}:
            return f"{random.randint(10, 99)}/{random.randint(100, 999)}/{random.randint(10000, 99999)}"
        if self.country == "US":
            return f"{random.randint(10, 99)}-{random.randint(1000000, 9999999)}"
        return None

    @property
    def domain(self) -> str:
        plain = self.name.lower().translate(_TO_ASCII)
        words = [word for word in "".join(c if c.isalnum() else " " for c in plain).split() if len(word) > 2][:2]
        return "-".join(words) + ".example"

    @property
    def email(self) -> str:
        return f"billing@{self.domain}"

    @property
    def phone(self) -> str:
        random = Random(f"phone {self.name}")
        area, first, last = random.randint(10, 99), random.randint(100, 999), random.randint(1000, 9999)
        return f"+{_DIALLING[self.country]} {area} {first} {last}"

    def party(self) -> Party:
        # American addresses are kept as "NM 87109": the state (BT-39, BT-54) and the ZIP code.
        state, post_code = self.post_code.split(" ") if self.country == "US" else (None, self.post_code)
        address = Address(
            line_one=self.street,
            city=self.city,
            post_code=post_code,
            country_subdivision=state,
            country_code=self.country,
        )
        return Party(
            name=self.name,
            vat_identifier=self.vat_identifier,
            tax_registration=self.tax_registration,
            address=address,
            electronic_address=self.email,
        )

    def city_line(self) -> str:
        """Post code and city in the order of the country."""
        if self.country in {"GB", "IE"}:
            return f"{self.city} {self.post_code}"
        if self.country == "US":
            return f"{self.city}, {self.post_code}"
        return f"{self.post_code} {self.city}"


def sellers(language: str, country: str | None = None) -> tuple[Company, ...]:
    """The companies that write in this language, of one country only where it is given."""
    countries = COUNTRIES[language]
    return tuple(c for c in COMPANIES if c.country in countries and (country is None or c.country == country))


COUNTRIES: Final = {
    "en": ("GB", "IE", "US"),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE"),
    "es": ("ES",),
    "it": ("IT",),
    "nl": ("NL", "BE"),
    "pt": ("PT",),
    "sv": ("SE",),
    "da": ("DK",),
}
_TO_ASCII: Final = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "é": "e",
        "è": "e",
        "à": "a",
        "ç": "c",
        "ñ": "n",
        "ó": "o",
        "í": "i",
        "á": "a",
        "ã": "a",
        "ê": "e",
        "ø": "oe",
        "æ": "ae",
        "å": "aa",
        "'": "",
        "ò": "o",
        "ú": "u",
    }
)
_DIALLING: Final = {
    "AT": "43",
    "BE": "32",
    "CH": "41",
    "DE": "49",
    "DK": "45",
    "ES": "34",
    "FR": "33",
    "GB": "44",
    "IE": "353",
    "IT": "39",
    "NL": "31",
    "PT": "351",
    "SE": "46",
    "US": "1",
}

COMPANIES: Final = (
    Company(
        "Nordlicht Bürotechnik GmbH", "Fährkamp 17", "24114", "Kiel", "DE", "Amtsgericht Kiel HRB 90417", "Wiebke Andresen"
    ),
    Company(
        "Talwerk Metallbau GmbH & Co. KG",
        "Eisenstraße 4-6",
        "42651",
        "Solingen",
        "DE",
        "Amtsgericht Wuppertal HRA 77120",
        "Jörg Halbach",
    ),
    Company(
        "Quittenhof Feinkost e.K.", "Am Obstanger 9", "99423", "Weimar", "DE", "Amtsgericht Jena HRA 50833", "Mareike Quitt"
    ),
    Company(
        "Elbrausch Softwarehaus AG",
        "Speicherzeile 22",
        "20457",
        "Hamburg",
        "DE",
        "Amtsgericht Hamburg HRB 180077",
        "Dr. Tjark Olsen",
    ),
    Company(
        "Grünspecht Gartenbau",
        "Lindenweg 3",
        "85354",
        "Freising",
        "DE",
        "Gewerberegister Freising 20417",
        "Korbinian Specht",
        charges_tax=False,
    ),
    Company(
        "Alpenglut Ofenbau Ges.m.b.H.", "Kachelgasse 12", "6020", "Innsbruck", "AT", "FN 448210x, LG Innsbruck", "Vroni Ofner"
    ),
    Company("Donaukiesel Baustoffe KG", "Hafenlände 8", "4020", "Linz", "AT", "FN 290355k, LG Linz", "Leopold Kiesl"),
    Company("Seefeld Präzision AG", "Uhrmacherweg 5", "2502", "Biel", "CH", "Handelsregister Kanton Bern", "Reto Zurflüh"),
    Company(
        "Föhnbach Treuhand GmbH",
        "Marktplatz 14",
        "9000",
        "St. Gallen",
        "CH",
        "Handelsregister Kanton St. Gallen",
        "Ursina Bachmann",
    ),
    Company(
        "Thistlebrook Stationery Ltd",
        "14 Quarry Lane",
        "LS6 2QF",
        "Leeds",
        "GB",
        "Registered in England No. 90817263",
        "Imogen Hartley",
    ),
    Company(
        "Harrow & Pike Joinery Limited",
        "Unit 7, Old Sawmill Yard",
        "EX4 8PJ",
        "Exeter",
        "GB",
        "Company No. 91442087",
        "Callum Pike",
    ),
    Company(
        "Bluefen Data Services plc",
        "3 Lockside Row",
        "M4 6WX",
        "Manchester",
        "GB",
        "Registered in England No. 90055318",
        "Priya Nair",
    ),
    Company(
        "Carrowmore Catering Ltd",
        "22 Strandhill Road",
        "F91 X2K7",
        "Sligo",
        "IE",
        "Registered in Ireland No. 790412",
        "Aoife Brennan",
    ),
    Company(
        "Copper Mesa Supply Co.",
        "4410 Juniper Loop",
        "NM 87109",
        "Albuquerque",
        "US",
        "A New Mexico corporation",
        "Dana Whitlock",
    ),
    Company(
        "Lakeline Freight LLC",
        "870 Harbor Spur, Suite 210",
        "MI 49684",
        "Traverse City",
        "US",
        "Michigan LLC",
        "Owen Sandquist",
    ),
    Company(
        "Prairie Lantern Studio, Inc.", "129 Grain Street", "IA 52240", "Iowa City", "US", "An Iowa corporation", "Ruth Amsel"
    ),
    Company(
        "Ateliers Valmorel SARL", "8 rue des Tanneurs", "38000", "Grenoble", "FR", "RCS Grenoble 900 412 775", "Élodie Ferrand"
    ),
    Company(
        "Brasserie du Vieux Lavoir SAS",
        "17 quai de la Fonderie",
        "67000",
        "Strasbourg",
        "FR",
        "RCS Strasbourg 901 338 204",
        "Luc Zimmer",
    ),
    Company(
        "Papeterie Mireloup SA",
        "42 avenue du Général Brizard",
        "44000",
        "Nantes",
        "FR",
        "RCS Nantes 902 115 639",
        "Hélène Mireau",
    ),
    Company("Moulin Belfroi SRL", "Chaussée de Dinant 118", "5000", "Namur", "BE", "RPM Namur", "Benoît Lambiotte"),
    Company("Scheldekaai Drukwerk BV", "Kaaistraat 31", "2000", "Antwerpen", "BE", "RPR Antwerpen", "Lotte Verbruggen"),
    Company(
        "Olivar de la Sierra S.L.",
        "Calle del Molino 23",
        "23001",
        "Jaén",
        "ES",
        "Reg. Merc. de Jaén, T. 901, F. 44",
        "Rocío Almagro",
    ),
    Company(
        "Talleres Montcabrer, S.A.",
        "Polígono Can Roqueta, nave 12",
        "08202",
        "Sabadell",
        "ES",
        "Reg. Merc. de Barcelona, T. 48012",
        "Jordi Puigserra",
    ),
    Company(
        "Imprenta Puerto Claro S.L.",
        "Avenida del Faro 5",
        "29016",
        "Málaga",
        "ES",
        "Reg. Merc. de Málaga, T. 6120",
        "Inés Cañadas",
    ),
    Company("Officine Belvento S.r.l.", "Via dei Fabbri 61", "40138", "Bologna", "IT", "REA BO-590217", "Marta Belventi"),
    Company("Cantina Roccachiara S.p.A.", "Strada del Vino 2", "12051", "Alba", "IT", "REA CN-318840", "Pietro Chiaravalle"),
    Company("Studio Lanternamare S.n.c.", "Salita San Nicolò 7", "16136", "Genova", "IT", "REA GE-502218", "Chiara Parodi"),
    Company("Veenhoven Kantoormeubelen B.V.", "Turfsingel 88", "9711 VX", "Groningen", "NL", "KvK 90311742", "Sietse Veenhof"),
    Company("De Gouden Spaak Fietsen V.O.F.", "Wilgenkade 15", "3521 AL", "Utrecht", "NL", "KvK 90877125", "Femke Spaak"),
    Company("Waterlijn Adviesgroep B.V.", "Dijkzicht 4", "3071 KP", "Rotterdam", "NL", "KvK 90544089", "Ruben Dijkers"),
    Company("Cortiça do Vale, Lda.", "Rua das Sobreiras 40", "7000-812", "Évora", "PT", "C.R.C. de Évora", "Inês Sobral"),
    Company(
        "Marés de Aveiro Conservas, S.A.", "Cais da Ria 11", "3800-200", "Aveiro", "PT", "C.R.C. de Aveiro", "Tiago Marinho"
    ),
    Company("Björkvik Snickeri AB", "Sågverksgatan 9", "903 27", "Umeå", "SE", "Säte: Umeå. Godkänd för F-skatt", "Elsa Björk"),
    Company(
        "Fyrskär Konsult AB", "Hamnplan 2", "371 34", "Karlskrona", "SE", "Säte: Karlskrona. Godkänd för F-skatt", "Måns Fyhr"
    ),
    Company("Rørholm Værktøj ApS", "Smedegade 28", "8700", "Horsens", "DK", "CVR-registreret", "Søren Rørholm"),
    Company("Havblik Fiskeri A/S", "Molevej 3", "9990", "Skagen", "DK", "CVR-registreret", "Kirstine Hav"),
)
