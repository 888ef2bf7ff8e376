"""The words that invoices use for their fields: one phrase after another, commas between, all languages together.

Languages: en, de, fr, es, it, nl, pt, pl, cs, sv, da (no, fi, ro, hu, sk, hr, sl in part). Case, accents, spaces and punctuation do not
matter. A phrase may stand under several fields ("total" is a sum and a column); what it means there the locators decide.
"""

from typing import Final

from invoiceflow_reader.labels.sums_vocabulary import SUMS_WORDS
from invoiceflow_reader.labels.table_vocabulary import TABLE_WORDS

VOCABULARY: Final[dict[str, str]] = {
    **SUMS_WORDS,
    **TABLE_WORDS,
    "number": """
        serie no, etat de frais et honoraires n, note de frais et honoraires n, numero bolletta, n bolletta,
        beleg, invoice for #, receipt for #, bolletta n, bolletta numero,
        invoice number, invoice no, invoice num, invoice nr, invoice #, invoice id, invoice ref, invoice reference,
        inv no, inv #, inv number, tax invoice no, tax invoice number, credit note number, credit note no, credit memo
        number, bill         number, bill no, statement number, document number, document no, receipt number, receipt
        no, rechnungsnummer, rechnungsnr, rechnungs nr, rechnung nr, rechnung nummer, rechnung no, re nr, renr, rg nr,
        beleg nr, belegnr, belegnummer, gutschriftnummer, gutschrift nr, gutschriftsnummer, note n, note d
        honoraires n, honorarnote nr, serie, gutschriftsnr, gutschrift nummer, kreditfakturanummer, kreditfakturanr,
        kreditfaktura nummer,
        creditnotanummer, creditnotanr, creditfactuurnr, numero abono, numero de abono, n abono, numero avoir, avoir numero,
        nota credito n, numero nota di credito, cislo dobropisu, dobropis c, kreditnota nummer, numer korekty, nr
        korekty, dokumentnummer,
        fakturanummer, faktura nr, fakturanr, rechnung #, numero de facture, numero facture, n de facture, no de
        facture, n facture, no facture, facture n, facture no, facture numero, facture num, facture nr, num facture,
        ref facture, avoir n, numero d avoir, facture #, n de piece, numero de piece, numero de factura, n de factura,
        no de factura, no factura, n factura, factura n, factura no, factura numero, factura nr, num factura, num de
        factura, numero factura, abono n, factura         num, numero fattura, fattura n, fattura numero, fattura nr,
        numero documento, n fattura, nr fattura, num fattura, fattura num, n documento, nota di credito n,
        factuurnummer, factuurnr, factuur nr, factuur nummer, nota nummer, notanummer, creditnota nummer,
        creditfactuurnummer, factuur no, numero da fatura, n da fatura, fatura n, fatura no, fatura numero, numero
        fatura, n fatura, nota de credito n, nr faktury, numer faktury, faktura numer, faktura vat nr, faktura
        korygujaca nr, numer dokumentu, nr dokumentu, faktura c, cislo faktury, faktura cislo, danovy doklad c, cislo
        dokladu, danovy doklad cislo, doklad c, faktura danovy doklad c, faktura danovy doklad cislo, faktura nummer,
        kreditnota nr, kreditnotanummer, kreditfaktura nr, laskun numero, laskunumero, numar factura, seria si numar, seria,
        szamlaszam, szamla szama, sorszam, szamla sorszama, szamla sorszam, broj racuna, racun br, racun broj,
        stevilka racuna, racun st, nr factura, nr facturii, seria si nr, laskunro, laskun nro, arve nr, arve number,
        rekina nr, rekina numurs, saskaitos nr, serija ir nr, n ro fattura, nr rachunku, invoice ref no, inv ref, your
        invoice number, n° facture, no de la facture, rech nr, rechn nr, rechnungs no, beleg no, nro factura, n
        factura simplificada, factura simplificada, numero de documento, no documento, bon nr, factuurreferentie,
        fakturan nummer, nummer datum, nr datum, rechnungsnummer datum, rechnungsnr datum, rechnung nr datum, beleg nr
        datum, belegnummer datum, invoice number date, invoice no date, number date, document no date, numero date, n
        date, n facture date, numero fecha, n fecha, numero data, n data, factuurnummer datum, nummer dato""",
    "bare_number": """
        no, nr, n, numero, number, num, nummer, numer, cislo, #, ref, reference, invoice, rechnung, facture, factura,
        fattura, factuur, fatura, faktura""",
    "title": """
        etat de frais et honoraires, note de frais et honoraires, facture de solde, facture d acompte,
        termijnfactuur, verzamelfactuur, bolletta,
        invoice, tax invoice, commercial invoice, credit note, credit memo, proforma invoice, rechnung, gutschrift,
        rechnungskorrektur, stornorechnung, korrekturrechnung, schlussrechnung, abschlagsrechnung, teilrechnung,
        proformarechnung, mietrechnung, handelsrechnung, sammelrechnung, kleinbetragsrechnung, facture, avoir, facture
        d         avoir, note de credit, factura, factura rectificativa, abono, fattura, nota di credito, parcella,
        factuur, creditnota, creditfactuur, fatura, nota de credito, faktura, faktura vat, faktura korygujaca, danovy
        doklad, dobropis, kreditnota, kreditfaktura, lasku, hyvityslasku, statement, receipt, bill, szamla, dijbekero,
        helyesbito szamla, racun, racun r1, arve, rekins, pvm saskaita faktura, saskaita faktura, sales invoice,
        service invoice, vat invoice, beitragsrechnung, jahresrechnung, monatsrechnung, honorarnote, kostenrechnung,
        rechnungs korrektur, note d honoraires, facture proforma, recu, factura simplificada, nota fiscal, fatura
        recibo, fatura simplificada, ricevuta, avviso di parcella, rachunek, kvitto, kvittering, creditnote, invoice
        receipt""",
    "credit": """
        credit note, credit memo, rechnungskorrektur, stornorechnung, korrekturrechnung, avoir, facture d avoir, note
        de         credit, factura rectificativa, abono, nota di credito, creditnota, creditfactuur, nota de credito,
        faktura         korygujaca, dobropis, kreditnota, kreditfaktura, hyvityslasku, rechnungs korrektur,
        creditnote, helyesbito szamla, storno""",
    "issue_date": """
        nummer datum, nr datum, rechnungsnummer datum, rechnungsnr datum, rechnung nr datum, beleg nr datum, belegnummer
        datum, invoice number date, invoice no date, number date, document no date, numero date, n date, n facture date,
        numero fecha, n fecha, numero data, n data, factuurnummer datum, nummer dato, invoice date, issued at, date
        of invoice, invoice issue date, issue date, date of issue, date issued, issued
        on, issued, billing date, bill date, tax point, document date, credit note date, statement date, inv date,
        invoice         dated, rechnungsdatum, rechnungs datum, datum der rechnung, re datum, belegdatum,
        ausstellungsdatum, rechnung vom, gutschriftsdatum, gutschriftdatum, fakturadatum, rechnungstag, date de
        facture, date facture, date de la facture, date d emission, date de facturation, facture du, emise le, date
        emission, date avoir, etabli le, etablie le, fecha         de factura, fecha factura, fecha de emision, fecha
        emision, fecha de la factura, fecha expedicion, fecha de         expedicion, data fattura, data della fattura,
        data documento, data emissione, data di emissione, fattura del, factuurdatum, factuur datum, notadatum, datum
        factuur, data da fatura, data fatura, data de emissao, data emissao, data wystawienia, data faktury,
        wystawiono dnia, datum vystaveni, vystaveno dne, datum vystaveni dokladu, faktura         datum,
        utstallningsdatum, fakturadato, faktura dato, udstedelsesdato, laskun paivays, laskupaiva, data emiterii, data
        facturii, fakturerad, szamla kelte, szamla datuma, kiallitas datuma, kiallitas kelte, kelte, kelt, datum
        vystavenia, datum racuna, datum izdavanja, datum izdaje, laskun paiva, laskupvm, laskun pvm, arve kuupaev,
        rekina datums, israsymo data, fatura tarihi, data wyst, rechn datum, rg datum, date document, date du
        document, fecha documento, fecha emision factura, data de emisao, bill dated, date raised, invoice issued,
        invoiced on, printed on invoice date, dato faktura, fakt datum, faktura dat, data rachunku, datum vyst""",
    "date": """
        date, dated, datum, fecha, data, dato, le, vom, von, dated on, datum vom, den, du, del, dnia, van, dne, paivays""",
    "due_date": """
        payable until, payable on or before,
        entro il, payable jusqu au, a payer jusqu au, zu zahlen bis spatestens, preleve a partir du,
        due date, payment due date, payment due, date due, due by, due on, due, pay by, payable by, payment date,
        please pay         by, to be paid by, pay before, balance due date, falligkeitsdatum, falligkeit, fallig am,
        zahlbar bis, zahlbar ohne abzug bis, zahlbar ohne abschlag bis, zahlbar netto bis, ohne abzug bis, falligkeitstag,
        zahlungsziel, fallig bis, falligkeitstag, zahlung bis, zahlbar bis zum, zu zahlen bis, bitte
        uberweisen sie bis zum, zahlungstermin, fallig, uberweisen bis, zahlbar am, bitte zahlen sie bis, date d
        echeance, echeance, date echeance, a payer avant le, payable avant le, date limite de paiement, a regler avant
        le, payable le, echeance le, reglement         le, date de reglement, date de paiement, fecha de vencimiento,
        fecha vencimiento, vencimiento, vence, fecha limite         de pago, vencimientos, pagar antes del, vto,
        fecha vto, data
        scadenza, data di scadenza, scadenza, scadenze, scadenza pagamento, da pagare entro, pagamento entro,
        vervaldatum, vervaldag, uiterste betaaldatum, te betalen voor, betalen voor, betaaldatum, vervalt op,
        uiterlijk te betalen, data de vencimento, data vencimento, vencimento, termin platnosci, termin zaplaty, data
        platnosci, platne do, datum splatnosti, splatnost, splatnost do, splatne do, forfallodatum, forfallodag,
        betalas senast, sista betalningsdag, att betala senast, oss tillhanda senast, forfaldsdato, forfalder,
        betalingsdato, betales senest, sidste rettidige betalingsdag, forfallsdato, forfall, erapaiva, data scadentei,
        scadenta, fizetesi hatarido, fizetes hatarideje, esedekesseg, esedekesseg datuma, datum dospijeca, dospijece,
        rok placila, datum zapadlosti, zapadlost, termen de plata, data scadenta, eraantyy, maksetahtaeg,
        maksutahtaeg, apmaksas termins, apmoketi iki, son odeme tarihi, vade tarihi, termin, platnosc do, zaplata do, termin
        zaplaty do, payment due by, payment due on, due for payment, settlement date, collection date, direct debit
        date, last date for payment, latest payment date, falligkeit am, einzug am, abbuchung am, lastschrift am, wird
        abgebucht am, zahlungsfrist, netto bis, netto fallig, faellig, faellig am, prelevement le, date de
        prelevement, echeances, date limite, a regler le, fecha de pago, fecha de cargo, fecha limite, fecha de cobro,
        data pagamento, data de pagamento, data limite, data limite de pagamento, incassodatum, betaal voor, te
        betalen uiterlijk, te voldoen voor, betalen uiterlijk, uiterste betaaldag, forfall dato, siste frist,
        betalingsfrist, sista betaldag, betaldatum, sidste betalingsdato, betal senest""",
    "other_date": """
        settlement date, job date, despatched, delivery date, date of delivery, shipping date, ship date, order
        date, date of supply, service date, service
        period, billing period, period, date ordered, po date, print date, lieferdatum, leistungsdatum, liefer und
        leistungsdatum, liefer bzw leistungsdatum, liefertermin, bestelldatum, auftragsdatum, leistungszeitraum,
        abrechnungszeitraum, lieferscheindatum, druckdatum, lieferscheinnr datum, lieferschein nr datum,
        auftragsnummer datum, auftragsnr datum,
        auftrag nr datum, bestellnummer datum, bestellung datum, order no date, order number date, delivery note no date,
        zeitraum, date de
        livraison, date livraison, date         de commande, date commande, periode, date de prestation, date d
        execution, fecha de entrega, fecha entrega, fecha de         pedido, fecha pedido, fecha operacion, fecha de
        operacion, periodo, data consegna, data ordine, data di consegna, data trasporto, leverdatum, orderdatum,
        besteldatum, leveringsdatum, afleverdatum, data de entrega, data da         encomenda, data do pedido, data
        sprzedazy, data dostawy, data zamowienia, data wykonania uslugi, datum dodani, datum         zdanitelneho
        plneni, datum uskutecneni zdanitelneho plneni, duzp, datum uskutecneni plneni, datum objednavky,
        leveransdatum, leveringsdato, ordredato, leveret, datum uskutecneni zdan plneni, registered, member since,
        mandat         vom, from date, to date, valid until, gultig bis, discount date, skonto bis, toimituspaiva,
        teljesites, teljesites datuma, teljesites kelte, teljesites idopontja, datum dodania, datum isporuke, datum
        opravljene storitve, data livrarii, toimituspvm, datum plneni, datum zdan plneni, datum uskut zdan plneni,
        data wykonania, data dostawy wykonania uslugi, data zakonczenia dostawy, data dokonania, statement period,
        valid from, valid to, expiry date, expires, next billing date, next invoice, next statement, reading date,
        ablesung, naechste ablesung, vertragsbeginn, vertragsdatum, vertragsende, gultig ab, gultig von, contract
        date, contract start, arrival, departure, check in, check out, anreise, abreise, arrivee, depart, fecha de
        inicio, fecha de alta, date de debut, date de fin, date de valeur, valeur, value date, data di nascita, date
        of birth, geburtsdatum, bestell datum, lieferschein datum, leistungs datum, liefer datum, auftrag datum lief,
        vertrags datum, printed, ordered on, shipped on, delivered on, date bl, du au, commande du, bon de livraison
        du, data ddt, del ddt, pedido del, albaran fecha, besteld op, geleverd op, order placed, order dated""",
    "order": """
        purchase order, purchase order number, purchase order no, po number, po no, p o number, p o no, p o, po, po #,
        your         order, your order no, customer order no, customer po, order reference, order number, order no,
        order id, order ref, order #, your purchase order, bestellnummer, bestellnr, bestell nr, ihre bestellung, ihre
        bestellnummer, bestellung, auftragsnummer, auftragsnr, auftrags nr, ihr auftrag, bestellreferenz, bestellung
        nr, numero de commande, n         commande, n de commande, commande n, bon de commande, votre commande, ref
        commande, no de commande, commande, bon de         commande n, numero de pedido, n pedido, pedido n, su
        pedido, pedido, orden de compra, n de pedido, num pedido, ordine n, numero ordine, ordine, vostro ordine,
        ordine di acquisto, rif ordine, n ordine, ordernummer, ordernr, bestelnummer, uw bestelling, uw ordernummer,
        inkoopordernummer, inkooporder, uw order, encomenda, n encomenda, numero da encomenda, nota de encomenda,
        numer zamowienia, nr zamowienia, zamowienie nr, zamowienie, cislo         objednavky, objednavka c,
        objednavka, bestallningsnummer, er order, ert ordernummer, inkopsorder, ordrenummer, ordrenr,
        rekvisitionsnummer, indkobsordre, deres ordre, bestillingsnummer, tilausnumero, objednavka cislo, cislo obj,
        obj c, megrendeles szama, rendelesszam, tilausnro, narudzba, narudzbenica, narocilo, narocilnica, comanda,
        comanda nr, bestill nr, deres ordrenr, vart ordernr, buyer s order no, buyers order no, buyers order, buyer
        order no, purchase order ref, purchase order #, purchase ord no, order ref no, order reference number, your
        order number, your po, your po number, p o #, p o ref, client po, customer order, customer order number,
        customer ref po, bestellung vom, ihre bestellnr, ihre bestell nr, kundenbestellnummer, bestellung nummer,
        bestell no, commande no, vos references commande, v commande, ref client commande, n bon de commande, numero
        de bon de commande, su pedido n, su ref pedido, pedido cliente, num orden, orden compra, vs ordine, vostro
        ord, ordine cliente, n ordine cliente, rif vs ordine, oda, uw ordernr, uw bestelnummer, bestelreferentie,
        bestelling, bestelnr, inkooporder nr, v encomenda, v n encomenda, req, requisicao, n requisicao, nr zam,
        zamowienie klienta, wasze zamowienie, vase objednavka, vase obj c, inkopsordernummer, inkopsordernr, ert
        ordernr, er bestallning, rekvisition, rekvisitionsnr, deres rekvisition, jeres ordre""",
    "buyer_reference": """
        buyer reference, your reference, your ref, customer reference, leitweg id, leitweg, kaufer referenz, ihre referenz,
        ihr zeichen, kundenreferenz, votre reference, vos references, v ref, ref client, code service, su referencia, vostro
        riferimento, vs rif, uw referentie, uw kenmerk, sua referencia, er referens, deres reference, deres ref, vase
        reference, referencja, viitteenne""",
    "other_number": """
        lidnummer, codice utenza, n de compte,
        membership no, membership number, mitgliedsnummer, mitglieds nr, client matter, folio no, conf no, customer
        #, zu unserer rechnung, zu unserer rechnung nr, customer number, customer no, customer id, account number,
        account no, client number, client id, client no,
        customer         code, delivery note, delivery note no, quote no, contract no, contract number, project
        number, kundennummer, kundennr, kunden nr, kd nr, kunden nummer, lieferscheinnummer, lieferschein nr,
        lieferscheinnr, vertragsnummer, angebotsnummer, debitorennummer, lieferantennummer, projektnummer, globale
        nummer, numero client, n client, code         client, no client, client n, bon de livraison, numero de
        dossier, numero de client, n de client, numero de cliente, n cliente, cod cliente, codigo cliente, no cliente,
        cliente n, albaran, n albaran, codice cliente, numero cliente, ddt n, cod cli, klantnummer, klantnr,
        debiteurnummer, pakbon, pakbonnummer, relatienummer, n de cliente, codigo de         cliente, numer klienta,
        nr klienta, cislo zakaznika, zakaznicke cislo, kundnummer, kundnr, kundenummer, kundenr, leverandornummer,
        asiakasnumero, registration number, company number, siret, siren, handelsregister, hrb, kvk, org         nr,
        orgnr, cvr, cvr nr, regon, krs, phone, tel, fax, telefon, telephone, mobile, page, seite, pagina, original
        invoice, original invoice number, original invoice no, related invoice, refers to invoice, reference invoice,
        invoice being credited, credited invoice, corrected invoice, ursprungsrechnung, ursprungsbeleg, ursprungsbeleg
        nr, ursprungliche rechnung, zu rechnung, zu rechnung nr, bezug rechnung, korrigierte rechnung, stornierte
        rechnung, bezugsrechnung, facture liee, facture d origine, facture initiale, facture de reference, facture
        concernee, facture rectifiee, annule la facture, avoir sur facture, suivant facture, sur facture, factura
        rectificada, factura original, rectifica a, factura que rectifica, rif fattura, riferimento fattura, ns
        fattura, fattura di riferimento, storno fattura, fattura originale, oorspronkelijke factuur, originele
        factuur, betreft factuur, credit op factuur, fatura original, fatura de origem, ref a fatura, referente a
        fatura, faktura pierwotna, do faktury, do faktury nr, dotyczy faktury, korekta do faktury, puvodni faktura, k
        fakture, k fakture c, k fakture cislo, opravny danovy doklad k fakture, opravuje doklad, ursprunglig faktura,
        avser faktura, kredit av faktura, krediterar faktura, oprindelig faktura, vedrorer faktura, kreditering af
        faktura, krediterer faktura, eredeti szamla, iban, kontonummer, kontonr, konto nr, konto nummer, bsb, sort
        code, routing number, postgiro, plusgiro, bankgiro, reg nr, ico, mersis, rcs, ape, naf, naf ape, code
        ape, rpr, amtsgericht, registergericht, hra, firmenbuchnummer, rea, capitale sociale, gln, ean, gtin, lief
        nr, lieferanten nr, vertrag nr, vertrags nr, mandatsreferenz, mandatsref, glaubiger id, glaubiger
        identifikationsnummer, creditor id, creditor identifier, mandate reference, zahlerstand, zahlernummer, zahler
        nr, meter number, meter no, pdr, cups, ean code, serial no, kennzeichen, policy number, policy no, reservation
        number, booking number, booking reference, booking ref, confirmation         number, tracking number, tracking
        no, shipment number, awb, awb no, tel no, phone no, fax no, gsm, store number, terminal, cashier, auth code,
        transaction id, ticket no, job no, job number, project no, kostenstelle, cost center, cost centre, contrat, n
        contrat, contrato, contratto, contract nummer, angebot, angebot nr, offer no, quotation no, devis, devis n,
        presupuesto, preventivo, offerte, offertenummer, nabidka, tilbud, zlecenie, dossier nr, dossiernummer, n
        dossier, n affaire, chantier, expediente, pratica, commessa, bon de livraison n, bl         n, n bl, delivery
        note number, despatch note, dispatch no, dn no, guia de remessa, wz, dodaci list, foljesedel, folgeseddel,
        pakkeseddel, szallitolevel, cod client, asiakasnro, ugyfelszam, vevokod, sifra kupca, zakaznik c""",
    "payment_reference": """
        payment reference, reference for payment, please quote, verwendungszweck, zahlungsreferenz, referenznummer,
        reference de paiement, reference virement, referencia de pago, causale, riferimento pagamento, betalingskenmerk,
        kenmerk, betalingsreferentie, referencia de pagamento, tytul przelewu, tytulem, variabilni symbol, var symbol, vs,
        betalningsreferens, betalingsreference, betalingsreferanse, referens, rechnungsreferenz, ocr, ocr nummer, ocr nr,
        betalingsid, fi kode, kid, kid nummer, viitenumero, reference a rappeler, reference a indiquer, reference du
        paiement, payment ref, referencia de pagamento,
        referencia a indicar, rif pagamento, bitte angeben, betalingsref, betalningsref, tytul platnosci, please use reference, remittance information, gestructureerde mededeling, mededeling""",
    "currency": """
        currency, invoice currency, wahrung, devise, monnaie, moneda, divisa, valuta, moeda, waluta, mena, valuutta""",
    "seller": """
        veranstalter, organiser, organizer, seller, sold by, from, supplier, vendor, bill from, issued by, service
        provider, our details, issuer, invoice
        from, provider, verkaufer, lieferant, rechnungssteller, leistungserbringer, absender, rechnungsaussteller,
        vendeur, emetteur, fournisseur, prestataire, vendu par, emis par, vendedor, emisor, proveedor, datos del
        emisor, venditore, fornitore, cedente, cedente prestatore, mittente, emittente, verkoper, leverancier,
        afzender, emitente, fornecedor, sprzedawca, wystawca, dodavatel, prodavajici, saljare, leverantor, avsandare,
        saelger, leverandor, afsender, fra, myyja, furnizor, dati fornitore, rechnungsersteller, informationen zum
        verkaufer, angaben zum verkaufer, daten des verkaufers, seller information, seller
        details, elado, szallito,
        kiallito, kibocsato, prodavatelj, prodajalec, izdavatelj, izdajatelj, pardavejas, pardevejas, piegadatajs,
        selger, toimittaja, laskuttaja, satici, dodavatel zhotovitel, sprzedajacy, dostawca, prestador, prestador de
        servicos, cedente o prestatore, fattura emessa da, invoice issued by, remit payment to, pay to, service
        supplier, merchant, verkauft von, verkauf durch, rechnung von, facture de, facture par, vendido por, verkocht
        door, geleverd door, salgs sted, zhotovitel, emitent, dati del fornitore, dati cedente, datos del vendedor,
        datos del proveedor, datos emisor, empresa emisora""",
    "buyer": """
        fao,
        bill to, billed to, account billed, passenger, passenger name, billing address, invoice to, invoiced to,
        sold to, buyer, customer, client, customer name,
        customer details, bill to address, invoice address, purchaser, to, recipient, billing details, billed
        customer, attention, charge to, client details, rechnungsempfanger, rechnungsadresse, rechnungsanschrift,
        kaufer, kaufer         leistungsempfanger, kunde, rechnung an, auftraggeber, leistungsempfanger, empfanger,
        an, besteller, facture a, facturer a, destinataire, acheteur, adresse de facturation, factura a, adresse
        facturation, adresse client, facturation, a l attention de, cliente, facturar a, comprador, destinatario,
        datos del cliente, receptor, datos         cliente, datos de facturacion, facturado a, spettabile, spett le,
        spett, intestatario, acquirente, cessionario, cessionario committente, cliente destinatario, fatturare a,
        intestato a, dati cliente, indirizzo di fatturazione, factuuradres, factuur aan, klant, koper, afnemer,
        debiteur, factureren aan, klantgegevens, adquirente, faturar a, exmo sr, exmos srs, exmo s sr s, dados do
        cliente, morada de faturacao, nabywca, kupujacy, odberatel, kupujici, zakaznik, platnik, kund, kopare,
        fakturaadress, faktureringsadress, fakturamottagare, mottagare, kober, modtager, faktureres til,
        fakturaadresse, faktura til, faktureringsadresse, asiakas, ostaja, laskutusosoite, cumparator, vevo,
        megrendelo, kupac, kupec, narocnik, pirkejas, pirkejo, maksatajs, sanemejs, kjoper, alici, nabyvca, kunde
        leistungsempfanger, kaufer kunde, rechnung fur, rechnung geht an, empfanger der leistung, leistungsempfanger
        kunde, facture pour, facturee a, client facture, donneur d ordre, client adresse, adresse du client, cliente
        facturacion, destinatario factura, datos del comprador, datos del receptor, datos receptor, facturar a nombre
        de, fattura a, fatturato a, destinatario fattura, cliente intestatario, intestatario fattura, gefactureerd
        aan, factuur voor, t n v klant, opdrachtgever, faturado a, faturar para, dados do adquirente, cliente final,
        kontrahent, zleceniodawca, zamawiajacy, objednatel, prijemce faktury, faktureras till, faktura till, mottagare
        kund, bestallare, kunde navn, faktureret til, fakturert til, billed for, billing to, bill to customer,
        customer address, invoice to address, issued to, invoice for, invoiced customer, customer information, client
        information, account holder name, member, patient, guest, guest name, gast, ospite, huesped, laskutetaan,
        tilaaja, informationen zum kaufer, angaben zum kaufer, daten des kaufers, buyer information, buyer details,
        fatturazione,
        paciente, paziente, vendu a, vendido a, venduto a, verkocht aan, verkauft an, solgt til, sald till, arve saaja, factura catre, beneficiar""",
    "other_party": """
        goods collected from, collected from, delivery from,
        ship to, deliver to, delivery address, shipping address, service address, shipped to, remit to, remittance address,
        payee, consignee, ship from, lieferadresse, lieferanschrift, warenempfanger, abweichender warenempfanger,
        zahlungsempfanger, abweichender zahlungsempfanger, versandadresse, leistungsort, versand an, adresse de livraison,
        livre a, livraison, beneficiaire, lieu de livraison, adresse livraison, direccion de entrega, enviar a, direccion de
        envio, entregar en, direccion envio, indirizzo di consegna, destinazione, luogo di consegna, luogo di destinazione,
        destinazione merce, afleveradres, bezorgadres, leveradres, verzendadres, local de entrega, morada de entrega, local
        de descarga, carga, descarga, odbiorca, adres dostawy, miejsce dostawy, dorucovaci adresa, konecny prijemce,
        prijemce, misto dodani, leveransadress, leveringsadresse, levering til, leveres til, toimitusosoite, contact
        commercial, contact, ansprechpartner, leistungsadresse, objektadresse, einsatzadresse, rechnungsstelle, site
        address, delivered to, delivery to,
        lieu d intervention, adresse du chantier, lugar de entrega, kontakt, sales person, salesperson, steuervertreter""",
    "name": """
        empresa, azienda, bedrijf,
        name, company, company name, firma, nom, raison sociale, nombre, razon social, ragione sociale, denominazione, naam,
        bedrijfsnaam, nome, nazwa, nazev, jmeno, foretag, namn, navn, virksomhed, firmenname, denominacion social, nombre o
        razon social""",
    "account_holder": """
        account holder, account name, beneficiary, beneficiary name, kontoinhaber, kontoname, titulaire du compte,
        titulaire, titular, titular de la cuenta, intestatario conto, ten name van, tnv, t n v, rekeninghouder,
        beneficiario, kontohaver, kontoinnehavare, wlasciciel rachunku""",
    "vat_id": """
        c f p iva, cf p iva, c f p iva reg imp, c f p iva e reg imprese, p iva vat no, nif cif titular, c f e p iva,
        identificativo fiscale ai fini iva, identificativo fiscale, id fiscale iva, identificativo iva,
        gst reg no, gst registration no, gst no, gst number, hst, hst #, hst no, gst hst, gst hst no, gst tps, gstin
        uin, your uid, uid nr kunde, vat number, vat no, vat reg no, vat registration number, vat id, vat, vat
        registration no, vat registration,
        vat reg         number, tax id, tax id no, tax number, vat identification number, vat reg, vat nr, ust idnr,
        ust id nr, ust id, ustid, umsatzsteuer id, umsatzsteuer identifikationsnummer, ust ident nr, ust identnr, mwst
        nr, uid, uid nr, ustidnr, n tva, no tva, tva intracommunautaire, numero de tva, tva intra, n tva
        intracommunautaire, num tva, tva, numero tva, id tva, n de tva, n tva client, identifiant tva, n tva intracom,
        tva intracom, nif, cif, nif cif, cif         nif, nif iva, n i f, c i f, p iva, partita iva, part iva, p i,
        piva, codice fiscale, p iva c f, partita iva e codice         fiscale, cod fisc e p iva, btw nummer, btw nr,
        btw, btw id, btw identificatienummer, contribuinte, n contribuinte, nipc, nif contribuinte, contribuinte n,
        nip, dic, vat dic, dic dph, momsreg nr, momsregistreringsnummer, moms nr, momsnr, momsreg, cvr, cvr nr, se nr,
        alv nro, y tunnus, vat number client, your vat number, customer vat number, ust         idnr kunde, cui, cod
        fiscal, gstin, abn, org nr, adoszam, kozossegi adoszam, oib, id za ddv, davcna stevilka, ic dph, uid nummer,
        mwst nummer, mva nr, org nr mva, organisationsnummer, kmkr nr, kmkr, pvn reg nr, pvm kodas, pvm moketojo
        kodas, vkn, momsregnr, momsnummer, vat reg number, vat registration nr, vat reg nr, tax identification number,
        tva fr, tva intracom fr, numero d identification tva, n identification tva, n id tva, n° tva, nr tva,
        identificacion fiscal, n de identificacion fiscal, id fiscal, partita iva nr, btw nummer klant, btw be, ond
        nr, ondernemingsnummer, numero d entreprise, n entreprise, numero entreprise, btw tva""",
    "tax_number": """
        steuernummer, steuer nr, st nr, steuernr, stnr, finanzamt steuernummer""",
    "iban": """
        iban, iban code, codice iban, iban nr, iban no, iban number, rekeningnummer, bankrekening, iban rekeningnummer, nr
        konta, numer konta, rachunek bankowy, cuenta bancaria, cuenta, n iban""",
    "bic": """
        bic, swift, swift code, bic code, bic swift, swift bic, swift bic code, code bic, bic swift code, codice swift,
        codice bic""",
    "terms": """
        payment terms, terms, terms of payment, zahlungsbedingungen, zahlungsbedingung, conditions de paiement, condiciones
        de pago, forma de pago, condizioni di pagamento, modalita di pagamento, betalingstermijn, betalingsconditie,
        betalingscondities, condicoes de pagamento, warunki platnosci, sposob platnosci, platebni podminky,
        betalningsvillkor, betalingsbetingelser, termini di pagamento, conditions de reglement, mode de reglement""",
}
