"""The words that invoices use for their fields: one phrase after another, commas between, all languages together.

Languages: en, de, fr, es, it, nl, pt, pl, cs, sv, da (no, fi, ro in part). Case, accents, spaces and punctuation do not
matter. A phrase may stand under several fields ("total" is a sum and a column); what it means there the locators decide.
"""

from typing import Final

VOCABULARY: Final[dict[str, str]] = {
    "number": """
        invoice number, invoice no, invoice num, invoice nr, invoice #, invoice id, invoice ref, invoice reference, inv no,
        inv #, inv number, tax invoice no, tax invoice number, credit note number, credit note no, credit memo number, bill
        number, bill no, statement number, document number, document no, receipt number, receipt no, rechnungsnummer,
        rechnungsnr, rechnungs nr, rechnung nr, rechnung nummer, rechnung no, re nr, renr, rg nr, beleg nr, belegnr,
        belegnummer, gutschriftnummer, gutschrift nr, gutschriftsnummer, dokumentnummer, fakturanummer, faktura nr,
        fakturanr, rechnung #, numero de facture, numero facture, n de facture, no de facture, n facture, no facture,
        facture n, facture no, facture numero, facture num, facture nr, num facture, ref facture, avoir n, numero d avoir,
        facture #, n de piece, numero de piece, numero de factura, n de factura, no de factura, no factura, n factura,
        factura n, factura no, factura numero, factura nr, num factura, num de factura, numero factura, abono n, factura
        num, numero fattura, fattura n, fattura numero, fattura nr, numero documento, n fattura, nr fattura, num fattura,
        fattura num, n documento, nota di credito n, factuurnummer, factuurnr, factuur nr, factuur nummer, nota nummer,
        notanummer, creditnota nummer, creditfactuurnummer, factuur no, numero da fatura, n da fatura, fatura n, fatura no,
        fatura numero, numero fatura, n fatura, nota de credito n, nr faktury, numer faktury, faktura numer, faktura vat nr,
        faktura korygujaca nr, numer dokumentu, nr dokumentu, faktura c, cislo faktury, faktura cislo, danovy doklad c,
        cislo dokladu, danovy doklad cislo, doklad c, faktura danovy doklad c, faktura danovy doklad cislo, faktura nummer,
        kreditnota nr, kreditnotanummer, kreditfaktura nr, laskun numero, laskunumero, numar factura, seria si numar""",
    "bare_number": """
        no, nr, n, numero, number, num, nummer, numer, cislo, #, ref, reference, invoice, rechnung, facture, factura,
        fattura, factuur, fatura, faktura""",
    "title": """
        invoice, tax invoice, commercial invoice, credit note, credit memo, proforma invoice, rechnung, gutschrift,
        rechnungskorrektur, stornorechnung, korrekturrechnung, schlussrechnung, abschlagsrechnung, teilrechnung,
        proformarechnung, mietrechnung, handelsrechnung, sammelrechnung, kleinbetragsrechnung, facture, avoir, facture d
        avoir, note de credit, factura, factura rectificativa, abono, fattura, nota di credito, parcella, factuur,
        creditnota, creditfactuur, fatura, nota de credito, faktura, faktura vat, faktura korygujaca, danovy doklad,
        dobropis, kreditnota, kreditfaktura, lasku, hyvityslasku, statement, receipt, bill""",
    "credit": """
        credit note, credit memo, rechnungskorrektur, stornorechnung, korrekturrechnung, avoir, facture d avoir, note de
        credit, factura rectificativa, abono, nota di credito, creditnota, creditfactuur, nota de credito, faktura
        korygujaca, dobropis, kreditnota, kreditfaktura, hyvityslasku""",
    "issue_date": """
        invoice date, issued at, date of invoice, invoice issue date, issue date, date of issue, date issued, issued on,
        issued, billing date, bill date, tax point, document date, credit note date, statement date, inv date, invoice
        dated, rechnungsdatum, rechnungs datum, datum der rechnung, re datum, belegdatum, ausstellungsdatum, rechnung vom,
        gutschriftsdatum, gutschriftdatum, fakturadatum, rechnungstag, date de facture, date facture, date de la facture,
        date d emission, date de facturation, facture du, emise le, date emission, date avoir, etabli le, etablie le, fecha
        de factura, fecha factura, fecha de emision, fecha emision, fecha de la factura, fecha expedicion, fecha de
        expedicion, data fattura, data della fattura, data documento, data emissione, data di emissione, fattura del,
        factuurdatum, factuur datum, notadatum, datum factuur, data da fatura, data fatura, data de emissao, data emissao,
        data wystawienia, data faktury, wystawiono dnia, datum vystaveni, vystaveno dne, datum vystaveni dokladu, faktura
        datum, utstallningsdatum, fakturadato, faktura dato, udstedelsesdato, laskun paivays, laskupaiva, data emiterii,
        data facturii, fakturerad""",
    "date": """
        date, dated, datum, fecha, data, dato, le, vom, von, dated on, datum vom, den, du, del, dnia, van, dne, paivays""",
    "due_date": """
        due date, payment due date, payment due, date due, due by, due on, due, pay by, payable by, payment date, please pay
        by, to be paid by, pay before, balance due date, falligkeitsdatum, falligkeit, fallig am, zahlbar bis, zahlungsziel,
        fallig bis, falligkeitstag, zahlung bis, zahlbar bis zum, zu zahlen bis, bitte uberweisen sie bis zum,
        zahlungstermin, fallig, uberweisen bis, zahlbar am, bitte zahlen sie bis, date d echeance, echeance, date echeance,
        a payer avant le, payable avant le, date limite de paiement, a regler avant le, payable le, echeance le, reglement
        le, date de reglement, date de paiement, fecha de vencimiento, fecha vencimiento, vencimiento, vence, fecha limite
        de pago, pagar antes del, vto, fecha vto, data scadenza, data di scadenza, scadenza, scadenze, scadenza pagamento,
        da pagare entro, pagamento entro, vervaldatum, vervaldag, uiterste betaaldatum, te betalen voor, betalen voor,
        betaaldatum, vervalt op, uiterlijk te betalen, data de vencimento, data vencimento, vencimento, termin platnosci,
        termin zaplaty, data platnosci, platne do, datum splatnosti, splatnost, splatnost do, splatne do, forfallodatum,
        forfallodag, betalas senast, sista betalningsdag, att betala senast, oss tillhanda senast, forfaldsdato, forfalder,
        betalingsdato, betales senest, sidste rettidige betalingsdag, forfallsdato, forfall, erapaiva, data scadentei,
        scadenta""",
    "other_date": """
        delivery date, date of delivery, shipping date, ship date, order date, date of supply, service date, service period,
        billing period, period, date ordered, po date, print date, lieferdatum, leistungsdatum, liefer und leistungsdatum,
        liefer bzw leistungsdatum, liefertermin, bestelldatum, auftragsdatum, leistungszeitraum, abrechnungszeitraum,
        lieferscheindatum, druckdatum, lieferscheinnr datum, nummer datum, zeitraum, date de livraison, date livraison, date
        de commande, date commande, periode, date de prestation, date d execution, fecha de entrega, fecha entrega, fecha de
        pedido, fecha pedido, fecha operacion, fecha de operacion, periodo, data consegna, data ordine, data di consegna,
        data trasporto, leverdatum, orderdatum, besteldatum, leveringsdatum, afleverdatum, data de entrega, data da
        encomenda, data do pedido, data sprzedazy, data dostawy, data zamowienia, data wykonania uslugi, datum dodani, datum
        zdanitelneho plneni, datum uskutecneni zdanitelneho plneni, duzp, datum uskutecneni plneni, datum objednavky,
        leveransdatum, leveringsdato, ordredato, leveret, datum uskutecneni zdan plneni, registered, member since, mandat
        vom, from date, to date, valid until, gultig bis, discount date, skonto bis, toimituspaiva""",
    "order": """
        purchase order, purchase order number, purchase order no, po number, po no, p o number, p o no, p o, po, po #, your
        order, your order no, customer order no, customer po, order reference, order number, order no, order id, order ref,
        order #, your purchase order, bestellnummer, bestellnr, bestell nr, ihre bestellung, ihre bestellnummer, bestellung,
        auftragsnummer, auftragsnr, auftrags nr, ihr auftrag, bestellreferenz, bestellung nr, numero de commande, n
        commande, n de commande, commande n, bon de commande, votre commande, ref commande, no de commande, commande, bon de
        commande n, numero de pedido, n pedido, pedido n, su pedido, pedido, orden de compra, n de pedido, num pedido,
        ordine n, numero ordine, ordine, vostro ordine, ordine di acquisto, rif ordine, n ordine, ordernummer, ordernr,
        bestelnummer, uw bestelling, uw ordernummer, inkoopordernummer, inkooporder, uw order, encomenda, n encomenda,
        numero da encomenda, nota de encomenda, numer zamowienia, nr zamowienia, zamowienie nr, zamowienie, cislo
        objednavky, objednavka c, objednavka, bestallningsnummer, er order, ert ordernummer, inkopsorder, ordrenummer,
        ordrenr, rekvisitionsnummer, indkobsordre, deres ordre, bestillingsnummer, tilausnumero""",
    "buyer_reference": """
        buyer reference, your reference, your ref, customer reference, leitweg id, leitweg, kaufer referenz, ihre referenz,
        ihr zeichen, kundenreferenz, votre reference, vos references, v ref, ref client, code service, su referencia, vostro
        riferimento, vs rif, uw referentie, uw kenmerk, sua referencia, er referens, deres reference, deres ref, vase
        reference, referencja, viitteenne""",
    "other_number": """
        customer number, customer no, customer id, account number, account no, client number, client id, client no, customer
        code, delivery note, delivery note no, quote no, contract no, contract number, project number, kundennummer,
        kundennr, kunden nr, kd nr, kunden nummer, lieferscheinnummer, lieferschein nr, lieferscheinnr, vertragsnummer,
        angebotsnummer, debitorennummer, lieferantennummer, projektnummer, globale nummer, numero client, n client, code
        client, no client, client n, bon de livraison, numero de dossier, numero de client, n de client, numero de cliente,
        n cliente, cod cliente, codigo cliente, no cliente, cliente n, albaran, n albaran, codice cliente, numero cliente,
        ddt n, cod cli, klantnummer, klantnr, debiteurnummer, pakbon, pakbonnummer, relatienummer, n de cliente, codigo de
        cliente, numer klienta, nr klienta, cislo zakaznika, zakaznicke cislo, kundnummer, kundnr, kundenummer, kundenr,
        leverandornummer, asiakasnumero, registration number, company number, siret, siren, handelsregister, hrb, kvk, org
        nr, orgnr, cvr, cvr nr, regon, krs, phone, tel, fax, telefon, telephone, mobile, page, seite, pagina""",
    "payment_reference": """
        payment reference, reference for payment, please quote, verwendungszweck, zahlungsreferenz, referenznummer,
        reference de paiement, reference virement, referencia de pago, causale, riferimento pagamento, betalingskenmerk,
        kenmerk, betalingsreferentie, referencia de pagamento, tytul przelewu, tytulem, variabilni symbol, var symbol, vs,
        betalningsreferens, betalingsreference, betalingsreferanse, referens, rechnungsreferenz, ocr, ocr nummer, ocr nr,
        betalingsid, fi kode, kid, kid nummer, viitenumero, remittance information, gestructureerde mededeling, mededeling""",
    "currency": """
        currency, invoice currency, wahrung, devise, monnaie, moneda, divisa, valuta, moeda, waluta, mena, valuutta""",
    "line_net": """
        positionssumme, summe positionen, summe der positionen, total lines, sum of lines, line total, warenwert,
        zwischensumme, subtotal, sub total, sous total, suma parcial, subtotale, subtotaal, sub totaal, delsumma, delsum,
        mellansumma, mezisoucet, suma czesciowa, total net lines, summe""",
    "net": """
        net total, total net, net amount, total excl vat, total excluding vat, total ex vat, total without tax, total before
        tax, net value, taxable amount, taxable value, subtotal, sub total, subtotal excl vat, amount excl vat, net, total
        net amount, total excl tax, total excluding tax, subtotal ex vat, subtotal before tax, amount before tax, total exc
        vat, total ex tax, invoice subtotal, nett total, total nett, goods total, taxable total, vat taxable, total ex gst,
        total excl gst, items total, net subtotal, nettobetrag, netto, summe netto, gesamt netto, netto gesamt, nettosumme,
        gesamtbetrag netto, rechnungssumme ohne ust, rechnungsbetrag netto, netto betrag, nettowert, zwischensumme netto,
        zwischensumme, gesamtnetto, summe ohne mwst, gesamtsumme netto, summe exkl mwst, steuerpflichtiger betrag,
        nettorechnungsbetrag, gesamtnettobetrag, warenwert netto, netto summe, gesamtbeitrag, nettobeitrag, summe ohne ust,
        betrag netto, total netto, gesamt exkl mwst, gesamt ohne mwst, net total eur, total ht, montant ht, total hors taxe,
        total hors taxes, total h t, sous total ht, montant total ht, total net ht, montant net ht, net ht, base ht, total
        ht net, sous total, montant hors taxe, prix total ht, total general ht, montant hors tva, total htva, total hors
        tva, total hors t v a, base imponible, total sin iva, total base imponible, importe neto, total neto, neto, suma
        base, subtotal sin iva, importe sin iva, total base, base imp, importe base, base imponible total, suma, importe
        bruto, imponibile, totale imponibile, totale netto, totale iva esclusa, netto merce, totale merce, totale senza iva,
        importo netto, imponibile totale, totale imponibile eur, tot imponibile, totale merci, exclusief btw, totaal excl
        btw, totaal exclusief btw, subtotaal excl btw, bedrag excl btw, totaal ex btw, totaal netto, nettobedrag, subtotaal,
        excl btw, subtotaal exclusief btw, netto totaal, grondslag, btw grondslag, total sem iva, total iliquido, valor
        liquido, incidencia, total liquido, base tributavel, total s iva, subtotal sem iva, mercadoria servicos, total sem
        impostos, valor sem iva, wartosc netto, razem netto, suma netto, kwota netto, netto razem, lacznie netto, celkem bez
        dph, zaklad dane, zaklad, cena bez dph, bez dph, celkem zaklad, soucet bez dph, zaklad dph, celkova cena bez dph,
        total bez dph, castka bez dph, summa exkl moms, exkl moms, summa ex moms, summa utan moms, totalt exkl moms, belopp
        exkl moms, delsumma exkl moms, momsunderlag, total ekskl moms, ekskl moms, i alt ekskl moms, nettobelob, subtotal
        ekskl moms, sum ekskl mva, belob ekskl moms, momsgrundlag, momspligtigt belob, total excl moms, netto i alt, veroton
        summa, yhteensa ilman alv, total fara tva, baza impozabila""",
    "tax": """
        vat, total vat, vat total, vat amount, tax, total tax, tax total, sales tax, tax amount, gst, total gst, gst amount,
        plus vat, hst, vat payable, total vat amount, igst, output vat, estimated tax, total sales tax, value added tax, vat
        at, add vat, tax payable, umsatzsteuer, mehrwertsteuer, mwst, ust, steuerbetrag, mwst betrag, zzgl mwst, zzgl ust,
        gesamt mwst, summe mwst, zuzuglich umsatzsteuer, umsatzsteuerbetrag, ust gesamt, ust betrag, summe ust, steuer,
        gesamtsteuer, plus mwst, steuern, zzgl umsatzsteuer, summe umsatzsteuer, zuzuglich mwst, zzgl gesetzl mwst, zzgl
        mehrwertsteuer, zuzugl mwst, steuersumme, mwst gesamt, zuzugl ust, zuzuglich mehrwertsteuer, umssatzsteuer,
        umsatzssteuer, gesamt ust, mehrwertsteuerbetrag, total mwst, summe steuer, steuer gesamt, gesamtbetrag mwst,
        gesamtbetrag ust, gesamt umsatzsteuer, zzgl, umsatzsteuer gesamt, summe mehrwertsteuer, gesetzl mwst,
        versicherungsteuer, versicherungssteuer, tva, total tva, montant tva, total taxes, tva due, montant de la tva, total
        de la tva, montant total tva, taxe, taxes, total taxe, total t v a, dont tva, montant taxe, tva a, iva, total iva,
        cuota iva, importe iva, cuota, iva total, total impuestos, cuota de iva, impuestos, total cuota iva, cuotas iva,
        imposta, totale iva, importo iva, iva totale, totale imposta, di cui iva, iva al, imposte, totale imposte, tot iva,
        ammontare iva, impuesto, btw, totaal btw, btw bedrag, btw totaal, bedrag btw, btw hoog, totale btw, valor iva, total
        do iva, imposto, iva a, total imposto, total impostos, valor do iva, total de iva, montante iva, kwota vat, podatek
        vat, razem vat, suma vat, vat razem, podatek, wartosc vat, lacznie vat, dph, celkem dph, dan, castka dph, dan z
        pridane hodnoty, vyse dph, dph celkem, hodnota dph, moms, momsbelopp, varav moms, total moms, momsbelob, heraf moms,
        moms belopp, moms i alt, summa moms, mva, alv, alv yhteensa, valoare tva, moms udgor, moms total""",
    "gross": """
        total, grand total, invoice total, total amount, total incl vat, total including vat, total inc vat, total incl tax,
        total including tax, amount including vat, gross total, total gross, gross amount, total invoice amount, total
        invoice, invoice amount, total for this invoice, total charges, order total, total payable, total usd, total eur,
        total gbp, total in usd, total in eur, total amount incl vat, total invoice value, total price, total cost, total
        inc gst, total incl gst, total amount including tax, invoice value, total with tax, total new charges, net invoice
        total, total amount of invoice, invoice grand total, total euro, rechnungsbetrag, gesamtbetrag, gesamtsumme,
        bruttobetrag, brutto, summe brutto, gesamt brutto, bruttosumme, gesamtbetrag brutto, endbetrag, endsumme, gesamt,
        rechnungssumme, rechnungsendbetrag, gesamtbetrag inkl mwst, bruttogesamt, gesamtpreis, gesamtbetrag eur,
        gesamtbetrag inkl ust, summe eur, summe inkl mwst, gesamt inkl mwst, rechnungsgesamtbetrag, rechnungsbetrag brutto,
        gesamtsumme brutto, summe, brutto gesamt, rechnung gesamt, gesamtbetrag der rechnung, betrag brutto, endbetrag
        brutto, gesamtbruttobetrag, bruttorechnungsbetrag, summe inkl ust, gesamt eur, rechnungstotal, total brutto, total
        inkl mwst, gutschriftsbetrag, brutto summe, rechnungsbeitrag, gesamtbeitrag, total ttc, montant ttc, montant total
        ttc, total t t c, ttc, total toutes taxes comprises, montant total, total facture, total de la facture, net ttc,
        prix total ttc, total general ttc, total general, montant toutes taxes comprises, total tvac, total tva comprise,
        montant de la facture, total a payer ttc, total tvac eur, total de la facture ttc, total factura, importe total,
        total iva incluido, total con iva, total de la factura, total importe, importe total factura, total documento, total
        euros, total factura euros, total factura eur, totale fattura, totale, totale documento, totale iva inclusa, importo
        totale, totale complessivo, totale generale, totale euro, totale con iva, totale lordo, tot fattura, totale ivato,
        totale documento eur, totale fattura eur, totale eur, totaal, totaal incl btw, totaal inclusief btw, totaalbedrag,
        factuurbedrag, eindtotaal, inclusief btw, incl btw, factuurtotaal, totaal bedrag, factuur totaal eur, factuur
        totaal, totaal eur, bedrag incl btw, totaalbedrag incl btw, totaal factuur, totaal factuurbedrag, prijs incl btw,
        total com iva, total da fatura, total fatura, valor total, total do documento, total c iva, total com impostos,
        total geral, montante total, wartosc brutto, razem, razem brutto, suma brutto, kwota brutto, lacznie brutto, ogolem,
        suma, brutto razem, razem pln, wartosc faktury, lacznie, celkem, celkem s dph, cena celkem, celkova castka, cena s
        dph, celkem vcetne dph, celkem czk, castka celkem, celkova cena, celkem kc, cena celkem s dph, celkova cena s dph,
        summa, totalt, summa inkl moms, totalbelopp, fakturabelopp, inkl moms, totalsumma, belopp inkl moms, summa sek,
        totalt sek, totalt inkl moms, slutsumma, fakturasumma, i alt, total inkl moms, fakturatotal, belob i alt,
        totalbelob, total dkk, i alt inkl moms, i alt dkk, fakturabelob, samlet belob, total i alt, sum inkl mva, sum,
        yhteensa, loppusumma, laskun loppusumma, total general lei, total de plata""",
    "amount_due": """
        amount due, due payable, balance due, total due, total amount due, amount payable, balance, outstanding, please pay,
        amount to pay, to pay, total to pay, payable amount, outstanding balance, total balance due, amount owing, balance
        payable, amount now due, zahlbetrag, zu zahlen, zu zahlender betrag, offener betrag, restbetrag, falliger betrag,
        zahlungsbetrag, uberweisungsbetrag, noch zu zahlen, zu zahlender gesamtbetrag, zu bezahlen, restzahlung,
        verbleibender betrag, forderungsbetrag, net a payer, solde a payer, montant du, reste a payer, a payer, montant a
        payer, total a payer, net a payer ttc, montant net a payer, solde du, reste du, net a payer eur, solde, total a
        pagar, importe a pagar, a pagar, liquido a pagar, pendiente, total pendiente, pendiente de pago, importe pendiente,
        neto a pagar, da pagare, totale da pagare, netto a pagare, totale dovuto, importo da pagare, totale a pagare, saldo,
        te betalen, totaal te betalen, te betalen bedrag, openstaand bedrag, nog te betalen, te voldoen, saldo te betalen,
        bedrag te betalen, valor a pagar, montante a pagar, do zaplaty, pozostalo do zaplaty, razem do zaplaty, kwota do
        zaplaty, lacznie do zaplaty, k uhrade, celkem k uhrade, zbyva k uhrade, castka k uhrade, zbyva uhradit, celkem k
        zaplaceni, k zaplaceni, celkem k uhrade czk, att betala, belopp att betala, summa att betala, at betale, til
        betaling, belob at betale, i alt at betale, a betale, maksettava, de plata, skal betales""",
    "paid": """
        paid, amount paid, payments, payment received, prepaid, deposit, advance payment, less payments, payments received,
        less deposit, bereits gezahlt, anzahlung, geleistete anzahlungen, erhaltene anzahlungen, gezahlt, bereits bezahlt,
        abzuglich anzahlung, acompte, acompte verse, deja paye, deja regle, montant paye, acomptes, paye, total regle,
        pagado, anticipo, a cuenta, importe pagado, entrega a cuenta, acconto, pagato, gia pagato, acconti, reeds betaald,
        betaald, aanbetaling, voldaan, reeds voldaan, ja pago, adiantamento, zaplacono, uhrazeno, zaplacene zalohy, zaloha,
        zaplaceno, betalt, indbetalt, forskott, forudbetalt, inbetalt, uhrazeno zalohami""",
    "reduction": """
        discount, less discount, rabatt, skonto, nachlass, remise, escompte, descuento, dto, sconto, korting, desconto,
        rabat, sleva, gesamtbetrag der abschlage, abschlage, abzug, total remise, allowance, allowances, total discount,
        promotion, voucher, coupon""",
    "addition": """
        shipping, delivery, freight, postage, handling, shipping and handling, carriage, shipping cost, surcharge, tip,
        service charge, versand, versandkosten, fracht, porto, frachtkosten, zuschlage, gesamtbetrag der zuschlage,
        lieferkosten, frais de port, port, livraison, frais de livraison, gastos de envio, portes, envio, spese di
        spedizione, spedizione, trasporto, spese trasporto, verzendkosten, verzending, bezorgkosten, koszt wysylki, wysylka,
        transport, doprava, postovne, frakt, fragt, levering, expeditionsavgift, forsendelse, rounding, rundung, arrondi,
        zaokrouhleni, oresavrundning, afrunding, avrundning, redondeo""",
    "previous": """
        previous balance, previous unpaid balance, balance forward, past due, brought forward, ubertrag, report, a reporter,
        carried forward, suma anterior, riporto, transport, saldo anterior, prior balance, last invoice, opening balance,
        zwischenubertrag, report page precedente, suma y sigue""",
    "seller": """
        seller, sold by, from, supplier, vendor, bill from, issued by, service provider, our details, issuer, invoice from,
        provider, verkaufer, lieferant, rechnungssteller, leistungserbringer, absender, rechnungsaussteller, vendeur,
        emetteur, fournisseur, prestataire, vendu par, emis par, vendedor, emisor, proveedor, datos del emisor, venditore,
        fornitore, cedente, cedente prestatore, mittente, emittente, verkoper, leverancier, afzender, emitente, fornecedor,
        sprzedawca, wystawca, dodavatel, prodavajici, saljare, leverantor, avsandare, saelger, leverandor, afsender, fra,
        myyja, furnizor, dati fornitore""",
    "buyer": """
        bill to, billed to, billing address, invoice to, invoiced to, sold to, buyer, customer, client, customer name,
        customer details, bill to address, invoice address, purchaser, to, recipient, billing details, billed customer,
        attention, charge to, client details, rechnungsempfanger, rechnungsadresse, rechnungsanschrift, kaufer, kaufer
        leistungsempfanger, kunde, rechnung an, auftraggeber, leistungsempfanger, empfanger, an, besteller, facture a,
        facturer a, destinataire, acheteur, adresse de facturation, factura a, adresse facturation, adresse client,
        facturation, a l attention de, cliente, facturar a, comprador, destinatario, datos del cliente, receptor, datos
        cliente, datos de facturacion, facturado a, spettabile, spett le, spett, intestatario, acquirente, cessionario,
        cessionario committente, cliente destinatario, fatturare a, intestato a, dati cliente, indirizzo di fatturazione,
        factuuradres, factuur aan, klant, koper, afnemer, debiteur, factureren aan, klantgegevens, adquirente, faturar a,
        exmo sr, exmos srs, exmo s sr s, dados do cliente, morada de faturacao, nabywca, kupujacy, odberatel, kupujici,
        zakaznik, platnik, kund, kopare, fakturaadress, faktureringsadress, fakturamottagare, mottagare, kober, modtager,
        faktureres til, fakturaadresse, faktura til, faktureringsadresse, asiakas, ostaja, laskutusosoite, cumparator""",
    "other_party": """
        ship to, deliver to, delivery address, shipping address, service address, shipped to, remit to, remittance address,
        payee, consignee, ship from, lieferadresse, lieferanschrift, warenempfanger, abweichender warenempfanger,
        zahlungsempfanger, abweichender zahlungsempfanger, versandadresse, leistungsort, versand an, adresse de livraison,
        livre a, livraison, beneficiaire, lieu de livraison, adresse livraison, direccion de entrega, enviar a, direccion de
        envio, entregar en, direccion envio, indirizzo di consegna, destinazione, luogo di consegna, luogo di destinazione,
        destinazione merce, afleveradres, bezorgadres, leveradres, verzendadres, local de entrega, morada de entrega, local
        de descarga, carga, descarga, odbiorca, adres dostawy, miejsce dostawy, dorucovaci adresa, konecny prijemce,
        prijemce, misto dodani, leveransadress, leveringsadresse, levering til, leveres til, toimitusosoite, contact
        commercial, contact, ansprechpartner, kontakt, sales person, salesperson, steuervertreter""",
    "name": """
        name, company, company name, firma, nom, raison sociale, nombre, razon social, ragione sociale, denominazione, naam,
        bedrijfsnaam, nome, nazwa, nazev, jmeno, foretag, namn, navn, virksomhed, firmenname, denominacion social, nombre o
        razon social""",
    "account_holder": """
        account holder, account name, beneficiary, beneficiary name, kontoinhaber, kontoname, titulaire du compte,
        titulaire, titular, titular de la cuenta, intestatario conto, ten name van, tnv, t n v, rekeninghouder,
        beneficiario, kontohaver, kontoinnehavare, wlasciciel rachunku""",
    "vat_id": """
        vat number, vat no, vat reg no, vat registration number, vat id, vat, vat registration no, vat registration, vat reg
        number, tax id, tax id no, tax number, vat identification number, vat reg, vat nr, ust idnr, ust id nr, ust id,
        ustid, umsatzsteuer id, umsatzsteuer identifikationsnummer, ust ident nr, ust identnr, mwst nr, uid, uid nr,
        ustidnr, n tva, no tva, tva intracommunautaire, numero de tva, tva intra, n tva intracommunautaire, num tva, tva,
        numero tva, id tva, n de tva, n tva client, identifiant tva, n tva intracom, tva intracom, nif, cif, nif cif, cif
        nif, nif iva, n i f, c i f, p iva, partita iva, part iva, p i, piva, codice fiscale, p iva c f, partita iva e codice
        fiscale, cod fisc e p iva, btw nummer, btw nr, btw, btw id, btw identificatienummer, contribuinte, n contribuinte,
        nipc, nif contribuinte, contribuinte n, nip, dic, vat dic, dic dph, momsreg nr, momsregistreringsnummer, moms nr,
        momsnr, momsreg, cvr, cvr nr, se nr, alv nro, y tunnus, vat number client, your vat number, customer vat number, ust
        idnr kunde, cui, cod fiscal, gstin, abn, org nr""",
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
    "col_position": """
        pos, position, item, line, no, nr, lp, l p, #, sl no, s no, ln, item no, pos nr, posnr, riga, regel, poz, radek,
        rad, n, zeile, lfd nr, linea, ligne, sr no, rif""",
    "col_code": """
        item code, sku, code, article, art nr, artikelnr, artikelnummer, product code, part number, part no, reference, ref,
        codigo, codice, cod, artikelcode, art nr kunde, art nr lief, kod, kod produktu, indeks, varenr, varenummer, artnr,
        art no, materialnummer, referencia, referenz, article code, item number, artikel nr, material nr, cod art, cod
        articolo, pkwiu, hsn, hsn sac, sac, asin, ean""",
    "col_description": """
        description, item description, product, service, details, item, particulars, goods, description of goods, product
        description, product name, services, description of services, items, article, activity, work, title, beschreibung,
        bezeichnung, artikel, leistung, produkt, artikelbezeichnung, text, leistungsbeschreibung, material beschreibung,
        artikelbeschreibung, position material beschreibung, produktbezeichnung, artikel bezeichnung, bezeichnung der
        leistung, designation, libelle, produit, prestation, description du produit, descripcion, concepto, producto,
        articulo, detalle, servicio, descrizione, prodotto, articolo, servizio, descrizione prodotto, descrizione dei beni,
        descrizione articolo, omschrijving, dienst, artikelomschrijving, product omschrijving, descricao, designacao,
        produto, artigo, servico, nazwa, nazwa towaru lub uslugi, nazwa towaru, opis, nazwa towaru uslugi, towar usluga,
        usluga, popis, nazev, oznaceni dodavky, polozka, predmet, popis polozky, nazev polozky, benamning, beskrivning,
        vara, tjanst, beskrivelse, varebeskrivelse, vare, tekst, ydelse, kuvaus, tuote, denumirea, nimike, produkter""",
    "col_quantity": """
        quantity, qty, qty hr, units, hours, hrs, amount of units, no of units, menge, anzahl, stuck, std, stunden, qte,
        quantite, nombre, qt, nb, cantidad, cant, uds, unidades, quantita, q ta, qta, qt a, aantal, hoeveelheid, quantidade,
        qtd, quant, ilosc, mnozstvi, pocet, pocet mj, antal, maara, cantitate, kpl, menge einheit, qty hrs, qty shipped,
        ilosc szt, antall""",
    "col_unit": """
        unit, um, uom, u m, einheit, einh, me, unite, unidad, ud, unita, unita misura, eenheid, unidade, un, uni, jm, j m,
        jedn, mj, m j, jednotka, enhet, enhed, yksikko, basis""",
    "col_price": """
        unit price, price, rate, unit cost, price per unit, cost, price each, each, price unit, unit price excl vat, hourly
        rate, rate hr, net price, list price, einzelpreis, preis, e preis, stuckpreis, nettopreis, vk preis, ep, einzel,
        einzelpreis netto, preis pro einheit, preis einheit, stundensatz, preis netto, einzelpreis eur, einzel preis,
        einheitspreis, nettoeinzelpreis, vk preis ohne mwst, p u ht, pu ht, prix unitaire, p u, pu, prix unitaire ht, prix,
        prix unit, prix unit ht, prix u ht, tarif, pu h t, precio, precio unitario, precio unidad, p unit, precio ud, precio
        unit, p unitario, prezzo, prezzo unitario, prezzo unit, costo unitario, importo unitario, prijs, prijs per stuk,
        stukprijs, eenheidsprijs, prijs per eenheid, tarief, preco, preco unitario, preco unit, pr unitario, cena
        jednostkowa, cena netto, cena, cena jedn, cena jedn netto, cena jednostkowa netto, jednotkova cena, cena za mj, cena
        mj, cena za jednotku, cena ks, jedn cena, a pris, pris, styckpris, enhetspris, enhedspris, pris pr enhed, stykpris,
        pris st, pris stk, a hinta, yksikkohinta, hinta, pret unitar, price usd, price eur""",
    "col_rate": """
        vat, vat rate, tax, tax rate, vat %, tax %, vat code, gst, gst %, ust, mwst, steuersatz, steuer, ust satz, mwst
        satz, umsatzsteuer, mwst %, ust %, steuer %, tva, taux tva, taux, tva %, taxe, iva, iva %, tipo iva, % iva,
        aliquota, al iva, aliq, cod iva, btw, btw %, btw tarief, % btw, stawka vat, vat stawka, stawka, dph, sazba dph,
        sazba, dph %, % dph, moms, moms %, momssats, mva, alv, alv %, cota tva, tx iva, taxa iva, % vat""",
    "col_discount": """
        discount, disc, disc %, rabatt, rabatt %, rem, remise, dto, descuento, sconto, korting, desc, rabat, sleva, discount
        %, % dto, sc %, sconti, dto %, kort, remise %""",
    "col_tax_amount": """
        tax amount, vat amount, steuerbetrag, mwst betrag, montant tva, importe iva, btw bedrag, kwota vat, wartosc vat, dph
        kc, castka dph, momsbelopp, ust betrag, dph celkem""",
    "col_amount": """
        amount, total, line total, net amount, total price, price total, extended, ext price, extension, value, net, total
        amount, total excl vat, amount excl vat, net total, ext amount, net value, subtotal, sub total, line amount, taxable
        value, amount gbp, amount eur, amount usd, total usd, total eur, total net, total ex vat, amount net, total cost,
        charges, fee, total gbp, gesamtpreis, gesamt, betrag, entgelt, nettobetrag, gesamtbetrag, summe, gesamtnetto,
        zeilenbetrag, netto, gp, gesamt netto, gesamtpreis netto, positionsbetrag, betrag netto, gesamtpreis eur, betrag
        eur, wert, g preis, preis gesamt, netto betrag, zeilenbetrag ohne mwst, gesamt eur, summe netto, nettowert, summe
        eur, total netto, betrag in eur, montant, montant ht, total ht, prix total, prix ht, prix total ht, montant total,
        total h t, montant h t, total ligne, montant net ht, montant htva, total hors tva, total htva, importe, total linea,
        importe neto, importe total, total neto, importo, totale, imponibile, prezzo totale, importo totale, totale riga,
        totale netto, valore, importo netto, prezzo tot, bedrag, totaal, totaalprijs, bedrag excl btw, totaal excl btw,
        prijs excl btw, regeltotaal, totaalbedrag, subtotaal, totaal ex btw, valor, total liquido, montante, valor total,
        val liquido, valor liquido, total s iva, total sem iva, wartosc netto, wartosc, kwota netto, wartosc towaru netto,
        wart netto, celkem, celkem bez dph, cena celkem, bez dph, castka, cena bez dph, cena celkem bez dph, zaklad, celkem
        kc, celkem czk, summa, belopp, radsumma, totalt, total exkl moms, summa exkl moms, belopp exkl moms, belob, i alt,
        beloeb, pris i alt, belob ekskl moms, linjetotal, linjebelob, sum, yhteensa, summa eur, valoare, valoarea""",
    "col_gross": """
        gross, gross amount, brutto, bruttobetrag, montant ttc, total ttc, prix ttc, total ttc eur, importe con iva, total
        con iva, totaal incl btw, prijs incl btw, wartosc brutto, kwota brutto, celkem s dph, s dph, cena s dph, total incl
        vat, amount incl vat, inkl moms, total inkl moms, total inc vat, btw prijs incl btw, total com iva, total c iva,
        gesamt brutto, bedrag incl btw, gross total, cena celkem s dph, brutto betrag""",
    "col_date": """
        date, datum, fecha, data, dato, delivery date""",
    "table_end": """
        notes, remarks, bemerkungen, umsatzsteueraufschlusselung, belegsummen, steueraufschlusselung, zahlungsbedingungen,
        payment terms, bank details, bankverbindung, terms and conditions, reglement, modes de reglement,
        zahlungsinformationen, payment information, payment details, tax summary, vat summary, vat breakdown, riepilogo iva,
        btw specificatie, rekapitulace dph, detail tva, datos bancarios, forma de pago, payment instructions, zuschlage
        abschlage, zu und abschlage, thank you, podsumowanie, dati bancari""",
}
