"""The labels of an invoice in each language, synonyms side by side. How one is chosen is `vocabulary`."""

from typing import Final


def _read(table: str) -> dict[str, tuple[str, ...]]:
    rows = (line.strip().partition("=") for line in table.strip().splitlines())
    return {key.strip(): tuple(word.strip() for word in words.split("|")) for key, _, words in rows}


LABELS: Final = {
    "en": _read("""
        invoice = Invoice | INVOICE | Tax invoice | Sales invoice
        credit_note = Credit note | CREDIT NOTE | Credit memo
        number = Invoice number | Invoice no. | Invoice # | Invoice No | Number | Document no.
        issue_date = Invoice date | Date | Date of issue | Issue date | Tax point
        due_date = Due date | Payment due | Due | Pay by
        delivery_date = Delivery date | Date of supply | Shipped
        order = Purchase order | PO number | Your order | Order ref. | P.O. #
        buyer_reference = Your reference | Cost centre | Buyer reference
        customer_number = Customer no. | Account | Customer ID
        bill_to = Bill to | Invoice to | Sold to | Customer
        seller = From | Supplier | Seller
        page = Page
        pos = Pos. | # | Line | No.
        item = Item no. | SKU | Code | Product code
        description = Description | Item | Details | Goods / services
        quantity = Qty | Quantity | Units
        unit = Unit | UoM
        unit_price = Unit price | Price | Rate | Price each
        rate = VAT % | VAT | VAT rate
        amount = Amount | Net amount | Line total | Total
        line_total = Sum of lines | Items total | Goods total
        net = Subtotal | Net total | Total excl. VAT | Net amount
        tax = VAT {rate} | VAT @ {rate} | Plus VAT {rate}
        tax_total = Total VAT | VAT total | VAT amount
        base = Taxable amount | Net | Goods
        gross = Total | Invoice total | Total incl. VAT | Grand total | TOTAL
        paid = Paid | Deposit received | Less payments
        due = Amount due | Balance due | Please pay
        carried = Carried forward | Subtotal carried over
        brought = Brought forward
        iban = IBAN
        bic = BIC | SWIFT/BIC | SWIFT
        bank = Bank details | Payment details
        reference = Payment reference | Reference
        vat_id = VAT no. | VAT registration number | VAT Reg. No. | VAT ID
        tax_no = Tax ID | EIN
        phone = Tel. | Phone
        email = E-mail | Email
        currency = All amounts in {code} | Currency: {code}
        thanks = Thank you for your business. | We appreciate your custom.
        terms = Terms | Payment terms
        greeting = We charge for our goods and services as follows: | Please find below the items supplied.
    """),
    "de": _read("""
        invoice = Rechnung | RECHNUNG | Ausgangsrechnung
        credit_note = Gutschrift | GUTSCHRIFT | Rechnungskorrektur
        number = Rechnungsnummer | Rechnungs-Nr. | Rechnung Nr. | Rechnungsnr. | Beleg-Nr. | Re.-Nr.
        issue_date = Rechnungsdatum | Datum | Belegdatum | Ausstellungsdatum
        due_date = Fällig am | Zahlbar bis | Fälligkeit | Zahlungsziel
        delivery_date = Lieferdatum | Leistungsdatum | Liefer-/Leistungsdatum
        order = Bestellnummer | Ihre Bestellung | Bestell-Nr. | Auftragsnummer des Kunden
        buyer_reference = Ihr Zeichen | Ihre Referenz | Kundenreferenz
        customer_number = Kundennummer | Kunden-Nr. | Kd.-Nr. | Debitor
        bill_to = Rechnungsempfänger | Rechnung an | Kunde | Rechnungsanschrift
        seller = Lieferant | Rechnungssteller | Absender
        page = Seite | Blatt
        pos = Pos. | Pos | Nr.
        item = Art.-Nr. | Artikelnummer | Artikel-Nr.
        description = Bezeichnung | Beschreibung | Leistung | Artikel
        quantity = Menge | Anzahl
        unit = Einheit | ME | Einh.
        unit_price = Einzelpreis | E-Preis | Preis/Einheit | EP netto
        rate = MwSt. | USt. % | MwSt.-Satz | USt.
        amount = Gesamt | Betrag | Gesamtpreis | G-Preis | Netto
        line_total = Summe Positionen | Warenwert | Zwischensumme
        net = Nettobetrag | Summe netto | Gesamt netto | Netto-Summe
        tax = zzgl. {rate} MwSt. | MwSt. {rate} | Umsatzsteuer {rate} | USt. {rate} | {rate} Mehrwertsteuer
        tax_total = MwSt. gesamt | Summe Umsatzsteuer | Steuerbetrag
        base = Bemessungsgrundlage | Netto | Warenwert netto
        gross = Rechnungsbetrag | Gesamtbetrag | Bruttobetrag | Endbetrag | Gesamtsumme | Summe brutto
        paid = Anzahlung | bereits gezahlt | Abzüglich Anzahlung
        due = Zahlbetrag | Zu zahlen | Offener Betrag
        carried = Übertrag | Zwischensumme
        brought = Übertrag von vorheriger Seite | Übertrag
        iban = IBAN
        bic = BIC | BIC/SWIFT
        bank = Bankverbindung | Konto
        reference = Verwendungszweck | Zahlungsreferenz
        vat_id = USt-IdNr. | USt-ID | Umsatzsteuer-ID | UID
        tax_no = Steuernummer | St.-Nr. | Steuer-Nr.
        phone = Tel. | Telefon
        email = E-Mail | Mail
        currency = Alle Beträge in {code} | Währung: {code}
        thanks = Vielen Dank für Ihren Auftrag. | Wir danken für die gute Zusammenarbeit.
        terms = Zahlungsbedingungen | Zahlung
        greeting = Für unsere Lieferungen und Leistungen berechnen wir Ihnen: | wir erlauben uns, wie folgt abzurechnen:
    """),
    "fr": _read("""
        invoice = Facture | FACTURE
        credit_note = Avoir | AVOIR | Facture d'avoir
        number = Facture n° | N° de facture | Numéro de facture | Numéro | Réf. facture
        issue_date = Date | Date de facture | Date d'émission | Date de facturation
        due_date = Échéance | Date d'échéance | À régler avant le | Payable le
        delivery_date = Date de livraison | Date de prestation
        order = Bon de commande | Votre commande | N° de commande | Réf. commande
        buyer_reference = Votre référence | Référence acheteur
        customer_number = N° client | Code client | Client n°
        bill_to = Facturé à | Client | Destinataire | Adresse de facturation
        seller = Émetteur | Fournisseur | Vendeur
        page = Page
        pos = N° | Ligne | Pos.
        item = Réf. | Référence | Code article
        description = Désignation | Description | Libellé
        quantity = Qté | Quantité
        unit = Unité | U.
        unit_price = Prix unitaire HT | P.U. HT | PU HT | Prix unitaire
        rate = TVA | Taux TVA | % TVA
        amount = Montant HT | Total HT | Montant
        line_total = Total lignes HT | Sous-total | Total brut HT
        net = Total HT | Montant HT | Total hors taxes | Net HT
        tax = TVA {rate} | TVA à {rate} | T.V.A. {rate}
        tax_total = Total TVA | Montant TVA
        base = Base HT | Base
        gross = Total TTC | Montant TTC | TOTAL TTC | Total toutes taxes comprises
        paid = Acompte versé | Acompte | Déjà réglé
        due = Net à payer | Reste à payer | Solde à payer
        carried = À reporter | Sous-total à reporter
        brought = Report
        iban = IBAN
        bic = BIC | Code BIC
        bank = Coordonnées bancaires | Règlement par virement
        reference = Référence à rappeler | Référence de paiement
        vat_id = N° TVA | TVA intracommunautaire | N° TVA intracom. | TVA intra
        tax_no = SIRET | N° fiscal
        phone = Tél. | Téléphone
        email = E-mail | Courriel
        currency = Montants exprimés en {code} | Devise : {code}
        thanks = Nous vous remercions de votre confiance. | Merci pour votre commande.
        terms = Conditions de règlement | Modalités de paiement
        greeting = Veuillez trouver ci-dessous le détail de nos prestations : | Détail des fournitures et prestations
    """),
    "es": _read("""
        invoice = Factura | FACTURA
        credit_note = Factura rectificativa | Abono | FACTURA RECTIFICATIVA
        number = Nº de factura | Factura nº | Número de factura | Número | Núm. factura
        issue_date = Fecha | Fecha de factura | Fecha de emisión | Fecha factura
        due_date = Vencimiento | Fecha de vencimiento | Vence el
        delivery_date = Fecha de entrega | Fecha de operación
        order = Su pedido | Nº de pedido | Pedido
        buyer_reference = Su referencia | Referencia del cliente
        customer_number = Nº de cliente | Cód. cliente | Cliente nº
        bill_to = Cliente | Facturar a | Datos del cliente | Destinatario
        seller = Emisor | Proveedor
        page = Página | Pág. | Hoja
        pos = Línea | Nº | Pos.
        item = Código | Ref. | Referencia
        description = Descripción | Concepto | Artículo
        quantity = Cantidad | Cant. | Uds.
        unit = Unidad | Ud.
        unit_price = Precio unitario | Precio | P. unitario
        rate = IVA | % IVA | Tipo IVA
        amount = Importe | Total | Importe neto
        line_total = Suma de líneas | Importe bruto | Subtotal
        net = Base imponible | Total sin IVA | Importe neto
        tax = IVA {rate} | IVA ({rate}) | I.V.A. {rate}
        tax_total = Total IVA | Cuota IVA | Total impuestos
        base = Base | Base imponible
        gross = Total factura | Total | TOTAL FACTURA | Importe total | Total con IVA
        paid = Anticipo | Pagado a cuenta | Entregado a cuenta
        due = Total a pagar | Pendiente de pago | Líquido a pagar
        carried = Suma y sigue | Suma anterior a la página siguiente
        brought = Suma anterior
        iban = IBAN
        bic = BIC | SWIFT
        bank = Datos bancarios | Cuenta bancaria
        reference = Concepto del pago | Referencia de pago
        vat_id = NIF-IVA | N.I.F. | NIF | CIF
        tax_no = NIF
        phone = Tel. | Teléfono
        email = Correo electrónico | E-mail
        currency = Importes en {code} | Moneda: {code}
        thanks = Gracias por su confianza. | Agradecemos su pedido.
        terms = Condiciones de pago | Forma de pago
        greeting = Detalle de los productos y servicios facturados: | Conceptos facturados
    """),
    "it": _read("""
        invoice = Fattura | FATTURA | Fattura di vendita
        credit_note = Nota di credito | NOTA DI CREDITO
        number = Fattura n. | Numero fattura | N. fattura | Numero documento | Numero
        issue_date = Data | Data fattura | Data documento | Data di emissione
        due_date = Scadenza | Data di scadenza | Scadenza pagamento
        delivery_date = Data di consegna | Data DDT
        order = Vs. ordine | Ordine n. | Rif. ordine
        buyer_reference = Vs. riferimento | Riferimento cliente
        customer_number = Codice cliente | Cliente n. | Cod. cliente
        bill_to = Spett.le | Cliente | Intestatario | Destinatario
        seller = Cedente | Fornitore
        page = Pagina | Pag.
        pos = N. | Pos. | Riga
        item = Codice | Cod. art. | Articolo
        description = Descrizione | Descrizione dei beni e servizi
        quantity = Quantità | Q.tà | Qtà
        unit = U.M. | UM
        unit_price = Prezzo unitario | Prezzo | Prezzo unit.
        rate = IVA | % IVA | Aliq. IVA
        amount = Importo | Totale | Importo netto
        line_total = Totale righe | Totale merce | Subtotale
        net = Imponibile | Totale imponibile | Totale netto
        tax = IVA {rate} | I.V.A. {rate} | Imposta {rate}
        tax_total = Totale IVA | Totale imposta | Imposta
        base = Imponibile | Base imponibile
        gross = Totale fattura | Totale documento | TOTALE FATTURA | Totale
        paid = Acconto | Già versato
        due = Totale da pagare | Netto a pagare | Saldo dovuto
        carried = A riportare | Totale a riportare
        brought = Riporto
        iban = IBAN
        bic = BIC | SWIFT
        bank = Coordinate bancarie | Banca d'appoggio
        reference = Causale | Riferimento pagamento
        vat_id = P. IVA | Partita IVA | P.IVA
        tax_no = Codice fiscale | C.F.
        phone = Tel. | Telefono
        email = E-mail | Email
        currency = Importi in {code} | Valuta: {code}
        thanks = Grazie per la fiducia accordataci. | La ringraziamo per l'ordine.
        terms = Condizioni di pagamento | Modalità di pagamento
        greeting = Dettaglio dei beni e servizi forniti: | Vi fatturiamo quanto segue:
    """),
    "nl": _read("""
        invoice = Factuur | FACTUUR | Verkoopfactuur
        credit_note = Creditnota | CREDITFACTUUR | Creditfactuur
        number = Factuurnummer | Factuurnr. | Factuur nr. | Nummer
        issue_date = Factuurdatum | Datum | Datum factuur
        due_date = Vervaldatum | Te betalen voor | Uiterste betaaldatum
        delivery_date = Leverdatum | Datum levering
        order = Uw order | Ordernummer | Inkooporder | Uw bestelling
        buyer_reference = Uw referentie | Uw kenmerk
        customer_number = Klantnummer | Debiteurnummer | Klantnr.
        bill_to = Factuur aan | Klant | Factuuradres | Aan
        seller = Leverancier | Afzender | Van
        page = Pagina | Blad
        pos = Nr. | Pos. | Regel
        item = Artikelnr. | Artikel | Code
        description = Omschrijving | Beschrijving | Artikelomschrijving
        quantity = Aantal | Aant.
        unit = Eenheid | Eenh.
        unit_price = Prijs per eenheid | Stukprijs | Prijs | Tarief
        rate = Btw | Btw % | Btw-tarief
        amount = Bedrag | Totaal | Regelbedrag
        line_total = Totaal regels | Goederenbedrag
        net = Subtotaal | Totaal excl. btw | Nettobedrag | Bedrag excl. btw
        tax = Btw {rate} | BTW {rate} | {rate} btw
        tax_total = Totaal btw | Btw-bedrag
        base = Grondslag | Over | Maatstaf van heffing
        gross = Totaal | Totaal incl. btw | Totaalbedrag | Factuurbedrag
        paid = Reeds betaald | Aanbetaling
        due = Te betalen | Nog te voldoen | Openstaand bedrag
        carried = Transport | Over te brengen
        brought = Transport vorige pagina | Transport
        iban = IBAN
        bic = BIC
        bank = Bankgegevens | Bankrekening
        reference = Betalingskenmerk | Kenmerk
        vat_id = Btw-nummer | Btw-id | BTW nr. | Btw-identificatienummer
        tax_no = RSIN
        phone = Tel. | Telefoon
        email = E-mail
        currency = Alle bedragen in {code} | Valuta: {code}
        thanks = Hartelijk dank voor uw opdracht. | Bedankt voor uw vertrouwen.
        terms = Betalingsvoorwaarden | Betaling
        greeting = Hierbij brengen wij u in rekening: | Specificatie van de geleverde goederen en diensten
    """),
    "pt": _read("""
        invoice = Fatura | FATURA | Factura
        credit_note = Nota de crédito | NOTA DE CRÉDITO
        number = Fatura n.º | N.º da fatura | Número da fatura | Documento n.º
        issue_date = Data | Data de emissão | Data da fatura
        due_date = Vencimento | Data de vencimento | Pagar até
        delivery_date = Data de entrega | Data de carga
        order = V/ encomenda | N.º de encomenda | Requisição
        buyer_reference = V/ referência | Referência do cliente
        customer_number = Cliente n.º | Código de cliente
        bill_to = Cliente | Exmo.(s) Sr.(s) | Faturar a
        seller = Emitente | Fornecedor
        page = Página | Pág.
        pos = N.º | Linha
        item = Código | Artigo | Ref.
        description = Descrição | Designação
        quantity = Qtd. | Quantidade | Quant.
        unit = Un. | Unidade
        unit_price = Preço unitário | Pr. unitário | Preço
        rate = IVA | Taxa IVA | % IVA
        amount = Valor | Total líquido | Montante
        line_total = Total ilíquido | Soma das linhas
        net = Total sem IVA | Base tributável | Incidência
        tax = IVA {rate} | IVA ({rate})
        tax_total = Total IVA | Valor do IVA
        base = Incidência | Base
        gross = Total | Total da fatura | Total com IVA | TOTAL
        paid = Adiantamento | Valor pago
        due = Total a pagar | Valor a pagar | Saldo em dívida
        carried = A transportar
        brought = Transporte
        iban = IBAN
        bic = BIC | SWIFT
        bank = Dados bancários | Conta bancária
        reference = Referência de pagamento | Referência
        vat_id = NIF | Contribuinte n.º | N.º de contribuinte | NIPC
        tax_no = NIF
        phone = Tel. | Telefone
        email = E-mail
        currency = Valores em {code} | Moeda: {code}
        thanks = Obrigado pela preferência. | Agradecemos a sua confiança.
        terms = Condições de pagamento
        greeting = Detalhe dos bens e serviços: | Junto enviamos a nossa fatura:
    """),
    "sv": _read("""
        invoice = Faktura | FAKTURA
        credit_note = Kreditfaktura | KREDITFAKTURA
        number = Fakturanummer | Fakturanr | Faktura nr
        issue_date = Fakturadatum | Datum
        due_date = Förfallodatum | Förfallodag | Betalas senast
        delivery_date = Leveransdatum | Utfört datum
        order = Ert ordernummer | Er beställning | Ordernr
        buyer_reference = Er referens | Märkning
        customer_number = Kundnummer | Kundnr
        bill_to = Faktureras till | Kund | Fakturaadress
        seller = Säljare | Leverantör
        page = Sida
        pos = Nr | Rad | Pos
        item = Artikelnr | Art.nr
        description = Benämning | Beskrivning
        quantity = Antal | Kvantitet
        unit = Enhet | Enh.
        unit_price = À-pris | Pris | Á pris
        rate = Moms | Moms %
        amount = Belopp | Summa
        line_total = Summa rader | Varuvärde
        net = Netto | Summa exkl. moms | Exkl. moms
        tax = Moms {rate} | {rate} moms
        tax_total = Moms totalt | Summa moms | Momsbelopp
        base = Underlag | Momsunderlag
        gross = Totalt | Totalt inkl. moms | Fakturabelopp | Summa inkl. moms
        paid = Betalt | Förskott
        due = Att betala | Återstår att betala
        carried = Att överföra | Transport
        brought = Överfört
        iban = IBAN
        bic = BIC | SWIFT
        bank = Bankuppgifter | Betalningsuppgifter
        reference = Betalningsreferens | OCR
        vat_id = Momsreg.nr | VAT-nr | Momsregistreringsnummer
        tax_no = Org.nr
        phone = Tel | Telefon
        email = E-post
        currency = Alla belopp i {code} | Valuta: {code}
        thanks = Tack för ert förtroende. | Tack för er beställning.
        terms = Betalningsvillkor | Villkor
        greeting = Vi fakturerar enligt följande: | Specifikation
    """),
    "da": _read("""
        invoice = Faktura | FAKTURA | Salgsfaktura
        credit_note = Kreditnota | KREDITNOTA
        number = Fakturanummer | Fakturanr. | Faktura nr.
        issue_date = Fakturadato | Dato
        due_date = Forfaldsdato | Betales senest | Forfalder
        delivery_date = Leveringsdato
        order = Jeres ordre | Ordrenummer | Rekvisition
        buyer_reference = Jeres reference | Deres ref.
        customer_number = Kundenummer | Kundenr. | Debitornr.
        bill_to = Kunde | Faktura til | Faktureres til
        seller = Sælger | Leverandør
        page = Side
        pos = Nr. | Linje
        item = Varenr. | Varenummer
        description = Beskrivelse | Tekst | Varebetegnelse
        quantity = Antal
        unit = Enhed
        unit_price = Enhedspris | Stk. pris | Pris
        rate = Moms | Moms %
        amount = Beløb | I alt
        line_total = Sum af linjer | Varebeløb
        net = Subtotal | I alt ekskl. moms | Netto
        tax = Moms {rate} | {rate} moms
        tax_total = Moms i alt | Momsbeløb
        base = Momsgrundlag | Grundlag
        gross = I alt | Total | I alt inkl. moms | Total inkl. moms
        paid = Betalt | Forudbetaling
        due = At betale | Skyldigt beløb
        carried = Transport | Overføres
        brought = Overført | Transport
        iban = IBAN
        bic = BIC | SWIFT
        bank = Bankoplysninger | Betalingsoplysninger
        reference = Betalingsreference | Betalings-ID
        vat_id = CVR-nr. | Momsnr. | SE-nr.
        tax_no = CVR
        phone = Tlf. | Telefon
        email = E-mail
        currency = Alle beløb i {code} | Valuta: {code}
        thanks = Tak for ordren. | Tak for samarbejdet.
        terms = Betalingsbetingelser
        greeting = Vi fakturerer hermed følgende: | Specifikation
    """),
}

# What a credit note calls differently.
CREDIT_NOTE_LABELS: Final = {
    "en": _read("""
        number = Credit note number | Credit note no. | Credit memo # | Number
        issue_date = Credit note date | Date | Date of issue
        gross = Total credit | Total | Credit total
        due = Amount credited | Credit due to you
    """),
    "de": _read("""
        number = Gutschriftsnummer | Gutschrift-Nr. | Gutschrift Nr. | Beleg-Nr.
        issue_date = Gutschriftsdatum | Datum | Belegdatum
        gross = Gutschriftsbetrag | Gesamtbetrag | Summe brutto
        due = Gutschriftsbetrag | Ihr Guthaben
    """),
    "fr": _read("""
        number = Avoir n° | N° d'avoir | Numéro
        issue_date = Date | Date de l'avoir | Date d'émission
        gross = Total TTC | Montant de l'avoir
        due = Montant à votre crédit | Net à créditer
    """),
    "es": _read("""
        number = Nº de abono | Factura rectificativa nº | Número
        issue_date = Fecha | Fecha de emisión | Fecha de abono
        gross = Total abono | Total | Importe total
        due = Importe a su favor | Saldo a su favor
    """),
    "it": _read("""
        number = Nota di credito n. | N. nota di credito | Numero documento
        issue_date = Data | Data documento | Data di emissione
        gross = Totale documento | Totale nota di credito | Totale
        due = Importo a Vs. credito | Saldo a Vs. favore
    """),
    "nl": _read("""
        number = Creditnotanummer | Creditnota nr. | Nummer
        issue_date = Datum | Creditnotadatum
        gross = Totaal | Totaal incl. btw | Totaal credit
        due = Te ontvangen | Uw tegoed
    """),
    "pt": _read("""
        number = Nota de crédito n.º | N.º da nota de crédito | Documento n.º
        issue_date = Data | Data de emissão
        gross = Total | Total com IVA | Total da nota de crédito
        due = Valor a seu favor | Total a creditar
    """),
    "sv": _read("""
        number = Kreditfakturanummer | Kreditfaktura nr
        issue_date = Datum | Kreditfakturadatum
        gross = Totalt | Totalt inkl. moms | Att kreditera
        due = Att erhålla | Er tillgodo
    """),
    "da": _read("""
        number = Kreditnotanummer | Kreditnota nr.
        issue_date = Dato | Kreditnotadato
        gross = I alt | I alt inkl. moms | Total inkl. moms
        due = Til gode | Beløb til kreditering
    """),
}
