"""What the invented companies sell, language by language, with the units and prices that go with it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True)
class Good:
    """`low` and `high` bound the unit price; `unit_code` is UN/ECE Recommendation 20; `reduced`: the reduced rate."""

    name: str
    detail: str | None
    unit_code: str
    low: Decimal
    high: Decimal
    reduced: bool


def goods(language: str) -> tuple[Good, ...]:
    return GOODS[language]


def _read(table: str) -> tuple[Good, ...]:
    found = []
    for line in table.strip().splitlines():
        name, detail, unit_code, low, high, mark = (part.strip() for part in line.split("|"))
        found.append(Good(name, detail or None, unit_code, Decimal(low), Decimal(high), mark == "r"))
    return tuple(found)


_TABLES: Final = {
    "en": """
        Copier paper A4, 80 g, white | 500 sheets a ream, FSC mix | C62 | 3.80 | 6.20 | s
        Oak shelf board 1200 x 300 mm | planed and oiled, edges rounded | C62 | 18 | 64 | s
        On-site installation | two fitters, travel included | HUR | 48 | 92 | s
        Hosting, business plan | 01/03 to 31/03, 99.9 % availability | MON | 29 | 240 | s
        Ground coffee, medium roast | | KGM | 9.40 | 17.80 | r
        Illustrated handbook, 3rd edition | ISBN 978-0-00-000000-2 | C62 | 12 | 38 | r
        Network cable Cat 6 | blue, by the metre | MTR | 0.64 | 1.95 | s
        Project management | | DAY | 520 | 980 | s
        Toner cartridge, black | yield about 12,000 pages at 5 % coverage | C62 | 48 | 139 | s
        Delivery and handling | | C62 | 6.50 | 19 | s
        Maintenance visit | filters replaced, report by e-mail | C62 | 85 | 210 | s
        Licence renewal, 12 months | 5 named users, support 9 to 5 | C62 | 180 | 890 | s""",
    "de": """
        Kopierpapier A4, 80 g, weiß | Karton mit 5 Paketen zu 500 Blatt | C62 | 16 | 31 | s
        Montage vor Ort | zwei Monteure, inkl. Anfahrt | HUR | 52 | 96 | s
        Flachstahl 40 x 5 mm, verzinkt | Zuschnitt nach Zeichnung 4711-B | MTR | 4.20 | 9.80 | s
        Wartungspauschale | Zeitraum 01.03. bis 31.03. | MON | 39 | 310 | s
        Apfelgelee mit Quitte | Glas 250 g, aus eigenem Anbau | C62 | 3.20 | 5.90 | r
        Fachbuch „Heizen mit Holz“ | 4. Auflage, gebunden | C62 | 19 | 49 | r
        Beratung | Workshop Anforderungen, Protokoll | DAY | 680 | 1250 | s
        Tonerkassette schwarz | Reichweite ca. 12.000 Seiten | C62 | 52 | 148 | s
        Schamottesteine | | KGM | 0.85 | 2.40 | s
        Versand und Verpackung | | C62 | 5.90 | 18.50 | s
        Bürodrehstuhl „Fjord“ | Bezug anthrazit, Armlehnen verstellbar | C62 | 179 | 489 | s
        Softwarelizenz, Jahresbetrag | 5 benannte Benutzer | C62 | 190 | 980 | s""",
    "fr": """
        Ramette papier A4 80 g | carton de 5 ramettes | C62 | 17 | 32 | s
        Main-d'œuvre atelier | réglage et essais compris | HUR | 42 | 78 | s
        Bière ambrée en fût | consigne non comprise | LTR | 2.90 | 5.10 | s
        Miel de châtaignier | pot de 500 g, récolte locale | C62 | 7.50 | 12 | r
        Guide illustré des sentiers | 2e édition | C62 | 14 | 29 | r
        Hébergement et maintenance | période du 01/03 au 31/03 | MON | 35 | 280 | s
        Chaise de bureau | tissu gris, accoudoirs réglables | C62 | 129 | 389 | s
        Conseil et formation | | DAY | 610 | 1100 | s
        Câble électrique 3G2,5 | au mètre | MTR | 0.95 | 2.60 | s
        Frais de port | | C62 | 6.90 | 22 | s
        Cartouche d'encre noire | environ 3 000 pages | C62 | 24 | 86 | s
        Farine de blé T65 | sac de 25 kg | KGM | 0.75 | 1.40 | r""",
    "es": """
        Aceite de oliva virgen extra | garrafa de 5 litros | C62 | 28 | 46 | r
        Mano de obra taller | incluye desplazamiento | HUR | 36 | 64 | s
        Papel A4 80 g | caja de 5 paquetes | C62 | 16 | 29 | s
        Impresión de folletos | 1.000 unidades, color por ambas caras | C62 | 120 | 420 | s
        Mantenimiento mensual | periodo del 01/03 al 31/03 | MON | 45 | 260 | s
        Libro «Rutas del sur» | tapa blanda | C62 | 12 | 26 | r
        Chapa de acero galvanizado | espesor 2 mm | KGM | 1.60 | 3.90 | s
        Asesoría técnica | | DAY | 380 | 760 | s
        Portes | | C62 | 8 | 24 | s
        Silla de oficina | respaldo alto, color negro | C62 | 89 | 310 | s
        Cable de red Cat 6 | por metro | MTR | 0.60 | 1.80 | s""",
    "it": """
        Vino rosso DOC 0,75 l | annata 2023, cartone da 6 | C62 | 7.20 | 19 | s
        Manodopera specializzata | montaggio e collaudo | HUR | 38 | 70 | s
        Carta A4 80 g | scatola da 5 risme | C62 | 17 | 30 | s
        Canone di manutenzione | periodo dal 01/03 al 31/03 | MON | 40 | 270 | s
        Farina di grano tenero | sacco da 25 kg | KGM | 0.80 | 1.50 | r
        Lamiera zincata | taglio su misura | KGM | 1.70 | 3.80 | s
        Consulenza progettuale | | DAY | 420 | 880 | s
        Sedia da ufficio | rivestimento nero, braccioli regolabili | C62 | 99 | 340 | s
        Spese di trasporto | | C62 | 9 | 26 | s
        Cavo di rete Cat 6 | al metro | MTR | 0.60 | 1.90 | s
        Progetto grafico catalogo | 24 pagine, due revisioni | C62 | 320 | 1450 | s""",
    "nl": """
        Bureaustoel ergonomisch | zwart, verstelbare armleuningen | C62 | 149 | 429 | s
        Montage op locatie | inclusief voorrijkosten | HUR | 45 | 82 | s
        Kopieerpapier A4 80 g | doos met 5 pakken | C62 | 17 | 30 | s
        Onderhoudsabonnement | periode 01-03 t/m 31-03 | MON | 35 | 240 | s
        Fietsketting roestvrij | 8 versnellingen | C62 | 14 | 38 | s
        Vakboek waterbeheer | 3e druk | C62 | 22 | 54 | r
        Gemalen koffie | | KGM | 9.80 | 17.50 | r
        Advies en begeleiding | | DAY | 640 | 1150 | s
        Netwerkkabel Cat 6 | per meter | MTR | 0.60 | 1.85 | s
        Verzendkosten | | C62 | 6.95 | 19.95 | s
        Drukwerk brochures | 500 stuks, dubbelzijdig in kleur | C62 | 130 | 460 | s""",
    "pt": """
        Rolhas de cortiça natural | saco de 1.000 unidades | C62 | 95 | 190 | s
        Mão de obra especializada | deslocação incluída | HUR | 28 | 52 | s
        Papel A4 80 g | caixa de 5 resmas | C62 | 17 | 29 | s
        Manutenção mensal | período de 01/03 a 31/03 | MON | 40 | 230 | s
        Conservas de sardinha | caixa de 24 latas | C62 | 38 | 72 | r
        Livro «Rotas da costa» | capa mole | C62 | 12 | 25 | r
        Consultoria técnica | | DAY | 350 | 700 | s
        Portes de envio | | C62 | 7 | 21 | s
        Cadeira de escritório | cor preta, braços ajustáveis | C62 | 85 | 290 | s
        Cabo de rede Cat 6 | ao metro | MTR | 0.60 | 1.70 | s""",
    "sv": """
        Snickeriarbete | inklusive resa | HUR | 480 | 780 | s
        Kopieringspapper A4 80 g | kartong med 5 paket | C62 | 179 | 329 | s
        Serviceavtal | period 01-03 till 31-03 | MON | 390 | 2400 | s
        Hyllplan i björk | 1200 x 300 mm, oljat | C62 | 210 | 690 | s
        Kaffe, mellanrost | | KGM | 98 | 169 | r
        Rådgivning | | DAY | 6900 | 11800 | s
        Nätverkskabel Cat 6 | per meter | MTR | 6.50 | 18 | s
        Frakt | | C62 | 69 | 240 | s
        Kontorsstol | svart, ställbara armstöd | C62 | 1490 | 4290 | s
        Programvarulicens, 12 månader | 5 namngivna användare | C62 | 1900 | 8900 | s""",
    "da": """
        Montage på stedet | inkl. kørsel | HUR | 420 | 720 | s
        Kopipapir A4 80 g | kasse med 5 pakker | C62 | 149 | 289 | s
        Serviceaftale | periode 01-03 til 31-03 | MON | 350 | 2200 | s
        Skruetrækkersæt | 12 dele, i kuffert | C62 | 180 | 540 | s
        Røget laks | vakuumpakket | KGM | 190 | 340 | s
        Rådgivning | | DAY | 6400 | 10900 | s
        Netværkskabel Cat 6 | pr. meter | MTR | 5.50 | 16 | s
        Fragt | | C62 | 59 | 220 | s
        Kontorstol | sort, justerbare armlæn | C62 | 1290 | 3890 | s
        Licens, 12 måneder | 5 navngivne brugere | C62 | 1700 | 8200 | s""",
}
GOODS: Final = {language: _read(table) for language, table in _TABLES.items()}
