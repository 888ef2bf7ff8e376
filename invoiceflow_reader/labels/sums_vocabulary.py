"""The words that invoices use for their sums, and for why no tax is charged. How the lists are written: `vocabulary`."""

from typing import Final

SUMS_WORDS: Final[dict[str, str]] = {
    "line_net": """
        goederenbedrag, goederen, total marchandises,
        items total, summe der leistungen, merchandise,
        positionssumme, summe positionen, summe der positionen, total lines, sum of lines, line total, warenwert,
        zwischensumme, subtotal, sub total, sous total, suma parcial, subtotale, subtotaal, sub totaal, delsumma,
        delsum, mellansumma, mezisoucet, suma czesciowa, total net lines, summe, positionen gesamt, summe leistungen,
        summe waren, summe artikel, total positions, total articles, total lignes, total prestations, suma articulos,
        totale righe, totaal regels, suma pozycji, soucet polozek, soucet, sum varer, sum linjer, line total amount,
        lines total, total of lines, items subtotal, item subtotal, merchandise total, product total, valasumma,
        medzisucet, meduzbroj, vmesna vsota, reszosszeg""",
    "net": """
        total soumis a tva, total imposable, totaal belastbaar, total charges ex vat, importe total base imponible,
        totale prestazioni,
        schlussrechnungssumme netto, net subtotal, rechnungssumme netto, total charges excluding vat, total net amount,
        net total, total net, net amount, total excl vat, total excluding vat, total ex vat, total without tax, total
        before         tax, net value, taxable amount, taxable value, subtotal, sub total, subtotal excl vat, amount
        excl vat, net, total         net amount, total excl tax, total excluding tax, subtotal ex vat, subtotal before
        tax, amount before tax, total exc         vat, total ex tax, invoice subtotal, nett total, total nett, goods
        total, taxable total, vat taxable, total ex gst, total excl gst, items total, net subtotal, nettobetrag,
        netto, summe netto, gesamt netto, netto gesamt, nettosumme, gesamtbetrag netto, rechnungssumme ohne ust,
        rechnungsbetrag netto, netto betrag, nettowert, zwischensumme netto, zwischensumme, gesamtnetto, summe ohne
        mwst, gesamtsumme netto, summe exkl mwst, steuerpflichtiger betrag, nettorechnungsbetrag, gesamtnettobetrag,
        warenwert netto, netto summe, gesamtbeitrag, nettobeitrag, summe ohne ust, betrag netto, total netto, gesamt
        exkl mwst, gesamt ohne mwst, net total eur, total ht, montant ht, total hors taxe, total hors taxes, total h
        t, sous total ht, montant total ht, total net ht, montant net ht, net ht, base ht, total         ht net, sous
        total, montant hors taxe, prix total ht, total general ht, montant hors tva, total htva, total hors
        tva, total hors t v a, base imponible, total sin iva, total base imponible, importe neto, total neto, neto,
        suma         base, subtotal sin iva, importe sin iva, total base, base imp, importe base, base imponible
        total, suma, importe         bruto, imponibile, totale imponibile, totale netto, totale iva esclusa, netto
        merce, totale merce, totale senza iva, importo netto, imponibile totale, totale imponibile eur, tot
        imponibile, totale merci, exclusief btw, totaal excl         btw, totaal exclusief btw, subtotaal excl btw,
        bedrag excl btw, totaal ex btw, totaal netto, nettobedrag, subtotaal, excl btw, subtotaal exclusief btw, netto
        totaal, grondslag, btw grondslag, total sem iva, total iliquido, valor         liquido, incidencia, total
        liquido, base tributavel, total s iva, subtotal sem iva, mercadoria servicos, total sem         impostos,
        valor sem iva, wartosc netto, razem netto, suma netto, kwota netto, netto razem, lacznie netto, celkem bez
        dph, zaklad dane, zaklad, cena bez dph, bez dph, celkem zaklad, soucet bez dph, zaklad dph, celkova cena bez
        dph, total bez dph, castka bez dph, summa exkl moms, exkl moms, summa ex moms, summa utan moms, totalt exkl
        moms, belopp         exkl moms, delsumma exkl moms, momsunderlag, total ekskl moms, ekskl moms, i alt ekskl
        moms, nettobelob, subtotal         ekskl moms, sum ekskl mva, belob ekskl moms, momsgrundlag, momspligtigt
        belob, total excl moms, netto i alt, veroton         summa, yhteensa ilman alv, total fara tva, baza
        impozabila, netto osszesen, netto ertek, adoalap, sum eks mva, netto sum, grunnlag, maatstaf van heffing,
        maatstaf, montant net, total general hors tva, valoare fara tva, iznos bez pdv, osnovica, osnova, osnova za
        ddv, spolu bez dph, celkom bez dph, zaklad dph spolu, netto kokku, summa bez pvn, suma be pvm, ara toplam,
        matrah, sum before vat, total goods, goods value, net goods, net invoice value, invoice net, net invoice
        amount, total net amount, total net value, amount net of vat, sum net, total taxable value, total taxable
        amount, taxable, taxable subtotal, pre tax total, pretax total, total pre tax, sub total excl         tax, sub
        total ex gst, subtotal excl tax, subtotal exc tax, nettosumme gesamt, netto rechnungsbetrag, rechnungsnetto,
        netto rechnungssumme, summe netto eur, gesamt netto eur, zwischensumme netto eur, zwischentotal, total exkl
        mwst, gesamtbetrag ohne mwst, gesamtbetrag ohne ust, gesamtbetrag exkl mwst, betrag         exkl mwst, betrag
        ohne mwst, zwischensumme exkl mwst, nettoentgelt, entgelt netto, gesamtentgelt netto, positionen netto, netto
        summe eur, total hors taxes eur, total net hors taxes, montant total hors taxe, net         hors taxe, total h
        t net, montant total hors taxes, montant total h t, total general hors taxe, total htva         eur, base h t,
        base tva, total base ht, total importe neto, total bruto, base imponible total eur, total antes         de
        impuestos, importe total sin iva, subtotal sin impuestos, base iva, tot merce, totale prestazioni, totale
        netto merce, importo imponibile, totale al netto, totale importo, totale escluso iva, tot netto, imponibile
        iva, totaal exclusief, bedrag exclusief btw, netto bedrag, netto factuurbedrag, totaal netto bedrag, basis
        btw, totaal diensten, total excluindo iva, total tributavel, valor tributavel, total mercadorias, wartosc
        netto razem, ogolem netto, suma wartosci netto, do opodatkowania, celkem zaklad dane, zaklad dane
        celkem, celkem bez dph kc, celkem bez dane, netto exkl moms, netto summa, summa netto, total netto exkl moms,
        nettosumma, att betala exkl moms, pris exkl moms, subtotal eks moms, total eks moms, beloeb ekskl moms, total
        ex moms, momspligtigt, belob uden moms, netto beloeb, totalt eks mva, sum uten mva, belop eks mva""",
    "tax": """
        omzetbelasting, cuota iva, total btw, totaal btw, total tva, totale iva,
        ausgangssteuer, output tax, cgst, sgst, igst, hst, qst, pst, gst tps, qst tvq, tps, tvq,
        vat, total vat, vat total, vat amount, tax, total tax, tax total, sales tax, tax amount, gst, total gst, gst
        amount, plus vat, hst, vat payable, total vat amount, igst, output vat, estimated tax, total sales tax, value
        added tax, vat         at, add vat, tax payable, umsatzsteuer, mehrwertsteuer, mwst, ust, steuerbetrag, mwst
        betrag, zzgl mwst, zzgl ust, gesamt mwst, summe mwst, zuzuglich umsatzsteuer, umsatzsteuerbetrag, ust gesamt,
        ust betrag, summe ust, steuer, gesamtsteuer, plus mwst, steuern, zzgl umsatzsteuer, summe umsatzsteuer,
        zuzuglich mwst, zzgl gesetzl mwst, zzgl         mehrwertsteuer, zuzugl mwst, steuersumme, mwst gesamt, zuzugl
        ust, zuzuglich mehrwertsteuer, umssatzsteuer, umsatzssteuer, gesamt ust, mehrwertsteuerbetrag, total mwst,
        summe steuer, steuer gesamt, gesamtbetrag mwst, gesamtbetrag ust, gesamt umsatzsteuer, zzgl, umsatzsteuer
        gesamt, summe mehrwertsteuer, gesetzl mwst, versicherungsteuer, versicherungssteuer, tva, total tva, montant
        tva, total taxes, tva due, montant de la tva, total         de la tva, montant total tva, taxe, taxes, total
        taxe, total t v a, dont tva, montant taxe, tva a, iva, total iva, cuota iva, importe iva, cuota, iva total,
        total impuestos, cuota de iva, impuestos, total cuota iva, cuotas iva, imposta, totale iva, importo iva, iva
        totale, totale imposta, di cui iva, iva al, imposte, totale imposte, tot iva, ammontare iva, impuesto, btw,
        totaal btw, btw bedrag, btw totaal, bedrag btw, btw hoog, totale btw, valor iva, total         do iva,
        imposto, iva a, total imposto, total impostos, valor do iva, total de iva, montante iva, kwota vat, podatek
        vat, razem vat, suma vat, vat razem, podatek, wartosc vat, lacznie vat, dph, celkem dph, dan, castka dph, dan
        z         pridane hodnoty, vyse dph, dph celkem, hodnota dph, moms, momsbelopp, varav moms, total moms,
        momsbelob, heraf moms, moms belopp, moms i alt, summa moms, mva, alv, alv yhteensa, valoare tva, moms udgor,
        moms total, % btw, % iva, % vat, % mwst, % ust, % moms, % tva, % dph, % mva, % gst, % tax, cgst, sgst, utgst,
        qst, pst, arvonlisavero, afa, afa osszesen, pdv, iznos pdv, pdv 25, ddv, znesek ddv, kaibemaks, pvn, pvm, pvm
        suma, kdv, hesaplanan kdv, toplam kdv, dph spolu, spolu dph, iva 22, vat charged, vat due, total tax amount,
        tax due, tax charged, sales taxes, state tax, total gst hst, gst hst, tps, tvq, total vat gbp, vat total gbp,
        vat sum, mwst summe, mwst total, umsatzsteuer betrag, enthaltene mwst, enthaltene umsatzsteuer, darin
        enthaltene mwst, inkl mwst betrag, gesamtumsatzsteuer, ust summe, zzgl ust betrag, umsatzsteueranteil, montant
        t v a, total montant tva, t v a, dont t v a, montant des taxes, montant taxes, total de tva, tva totale, tva
        collectee, total iva repercutido, iva repercutido, importe de iva, total de impuestos, importe impuestos,
        imposta iva, totale i v a, iva su imponibile, i v a, totaal bedrag btw, btw over, waarvan btw, inclusief btw
        bedrag, totaal b t w, bedrag b t w, total imposto iva, valor imposto, valor total iva, total i v a, wartosc
        podatku, podatek vat razem, kwota podatku, kwota podatku vat, suma podatku, ogolem vat, dan celkem, dan dph,
        castka dane, vyse dane, dph kc, moms kr, total momsbelopp, varav momsbelopp, moms totalt, momsbeloeb, moms
        dkk, total momsbelob, mva belop, mva totalt, sum mva, herav mva""",
    "gross": """
        totale documento, total documento,
        total tva comprise, total tva et debours compris, factuurbedrag, total facture, totale bolletta, total
        abono, total factura,
        schlussrechnungssumme brutto, rechnungssumme brutto, total this invoice, this invoice, final amount,
        endbetrag, total amount payable,
        total, totals, totali, totaux, totales, totais, grand total, invoice total, total amount, total incl vat,
        total including vat, total inc vat, total incl tax, total including tax, amount including vat, gross total,
        total gross, gross amount, total invoice amount, total         invoice, invoice amount, total for this
        invoice, total charges, order total, total payable, total usd, total eur, total gbp, total in usd, total in
        eur, total amount incl vat, total invoice value, total price, total cost, total         inc gst, total incl
        gst, total amount including tax, invoice value, total with tax, total new charges, net invoice         total,
        total amount of invoice, invoice grand total, total euro, rechnungsbetrag, gesamtbetrag, gesamtsumme,
        bruttobetrag, brutto, summe brutto, gesamt brutto, bruttosumme, gesamtbetrag brutto, endbetrag, endsumme,
        gesamt, rechnungssumme, rechnungsendbetrag, gesamtbetrag inkl mwst, bruttogesamt, gesamtpreis, gesamtbetrag
        eur, gesamtbetrag inkl ust, summe eur, summe inkl mwst, gesamt inkl mwst, rechnungsgesamtbetrag,
        rechnungsbetrag brutto, gesamtsumme brutto, summe, brutto gesamt, rechnung gesamt, gesamtbetrag der rechnung,
        betrag brutto, endbetrag         brutto, gesamtbruttobetrag, bruttorechnungsbetrag, summe inkl ust, gesamt
        eur, rechnungstotal, total brutto, total         inkl mwst, gutschriftsbetrag, brutto summe, rechnungsbeitrag,
        gesamtbeitrag, total ttc, montant ttc, montant total         ttc, total t t c, ttc, total toutes taxes
        comprises, montant total, total facture, total de la facture, net ttc, prix total ttc, total general ttc,
        total general, montant toutes taxes comprises, total tvac, total tva comprise, montant de la facture, total a
        payer ttc, total tvac eur, total de la facture ttc, total factura, importe total, total iva incluido, total
        con iva, total de la factura, total importe, importe total factura, total documento, total         euros,
        total factura euros, total factura eur, totale fattura, totale, totale documento, totale iva inclusa, importo
        totale, totale complessivo, totale generale, totale euro, totale con iva, totale lordo, tot fattura, totale
        ivato, totale documento eur, totale fattura eur, totale eur, totaal, totaal incl btw, totaal inclusief btw,
        totaalbedrag, factuurbedrag, eindtotaal, inclusief btw, incl btw, factuurtotaal, totaal bedrag, factuur totaal
        eur, factuur         totaal, totaal eur, bedrag incl btw, totaalbedrag incl btw, totaal factuur, totaal
        factuurbedrag, prijs incl btw, total com iva, total da fatura, total fatura, valor total, total do documento,
        total c iva, total com impostos, total geral, montante total, wartosc brutto, razem, razem brutto, suma
        brutto, kwota brutto, lacznie brutto, ogolem, suma, brutto razem, razem pln, wartosc faktury, lacznie, celkem,
        celkem s dph, cena celkem, celkova castka, cena s         dph, celkem vcetne dph, celkem czk, castka celkem,
        celkova cena, celkem kc, cena celkem s dph, celkova cena s dph, summa, totalt, summa inkl moms, totalbelopp,
        fakturabelopp, inkl moms, totalsumma, belopp inkl moms, summa sek, totalt sek, totalt inkl moms, slutsumma,
        fakturasumma, i alt, total inkl moms, fakturatotal, belob i alt, totalbelob, total dkk, i alt inkl moms, i alt
        dkk, fakturabelob, samlet belob, total i alt, sum inkl mva, sum, yhteensa, loppusumma, laskun loppusumma,
        total general lei, total de plata, osszesen, vegosszeg, mindosszesen, brutto osszesen, szamla vegosszege,
        brutto vegosszeg, szamla ertek, ukupno, ukupan iznos, sveukupno, ukupno s pdv, skupaj, skupaj z ddv, spolu,
        spolu s dph, celkom, celkom s dph, kokku, kokku km, kopa, kopsumma, is viso, genel toplam, toplam, valoare
        totala, gross invoice value, gross invoice amount, invoice gross, invoice total incl vat, invoice total inc
        vat, total gross amount, total due this invoice, total invoice gbp, invoice total gbp, gesamtrechnungsbetrag,
        gesamtsumme eur, gesamtsumme inkl mwst, gesamtbetrag inklusive mwst, gesamtbetrag in eur, rechnungssumme
        brutto, rechnungsbetrag inkl ust, rechnungsbetrag inkl mwst, rechnungsbetrag eur, rechnungsbetrag in eur,
        rechnungsbetrag in euro, gesamtbetrag in euro, brutto rechnungsbetrag, total inklusive mwst, total chf, total
        in chf, betrag inkl mwst, endbetrag inkl mwst, endbetrag eur, gesamt inkl ust, summe inklusive mwst, brutto
        eur, gutschriftbetrag, gesamtgutschrift, betrag der gutschrift, gutschriftsumme, total de l avoir, total
        avoir, montant de l avoir, montant de l avoir ttc, montant avoir, montant avoir ttc, total avoir ttc, net a
        deduire, avoir ttc, total de l avoir ttc, net a crediter, montant a crediter, montant facture, montant facture
        ttc, montant net ttc, montant total t t c, montant t t c, total ttc eur, total ttc en euros, total credit,
        credit total, total credit amount, credit note total, amount credited, total credited, total abono, importe
        abono, importe total eur, importe total con iva, importe factura, total con impuestos, total impuestos
        incluidos, total iva incl, totale nota di credito, totale nota credito, importo nota di credito, importo
        totale documento, importo fattura, totale da fatturare, totale dovuto eur, totale in euro, importo lordo,
        totaal inclusief, totaal inclusief btw eur, totaal te crediteren, te crediteren, creditbedrag, totaal
        creditnota, totale factuurbedrag, totaal in eur, bruto totaal, total nota de credito, total a creditar, total
        c impostos, total do documento eur, total eur iva incluido, kwota do zwrotu, razem do zwrotu, do zwrotu,
        wartosc brutto razem, ogolem brutto, suma wartosci brutto, kwota naleznosci, naleznosc, naleznosc ogolem,
        razem wartosc brutto, wartosc do zaplaty, celkem k vraceni, k vraceni, celkova cena vcetne dph, cena celkem
        vcetne dph, celkem vc dph, celkova castka k uhrade, att fa tillbaka, tillgodo, att kreditera, kreditbelopp,
        totalt att kreditera, summa inkl, totalt inklusive moms, total inkl, total inklusive moms, krediteret i alt,
        kreditbelob, at kreditere, i alt til gode, total kredit, til gode, belob inkl moms, beloeb inkl moms,
        totalbeloeb, total incl moms, totalt inkl mva, total inkl mva, sum inklusive mva, totalsum, fakturabelop,
        hyvitys yhteensa, verollinen yhteensa, verollinen summa, lasku yhteensa""",
    "amount_due": """
        total balance due, restforderung, noch zu zahlender betrag, remaining amount payable, remaining amount,
        amount due, due payable, balance due, total due, total amount due, amount payable, balance, outstanding,
        please pay, amount to pay, to pay, total to pay, payable amount, outstanding balance, total balance due,
        amount owing, balance         payable, amount now due, zahlbetrag, zu zahlen, zu zahlender betrag, offener
        betrag, restbetrag, falliger betrag, zahlungsbetrag, uberweisungsbetrag, noch zu zahlen, zu zahlender
        gesamtbetrag, zu bezahlen, restzahlung, verbleibender betrag, forderungsbetrag, net a payer, solde a payer,
        montant du, reste a payer, a payer, montant a         payer, total a payer, net a payer ttc, montant net a
        payer, solde du, reste du, net a payer eur, solde, total a         pagar, importe a pagar, a pagar, liquido a
        pagar, pendiente, total pendiente, pendiente de pago, importe pendiente, neto a pagar, da pagare, totale da
        pagare, netto a pagare, totale dovuto, importo da pagare, totale a pagare, saldo, te betalen, totaal te
        betalen, te betalen bedrag, openstaand bedrag, nog te betalen, te voldoen, saldo te betalen, bedrag te
        betalen, valor a pagar, montante a pagar, do zaplaty, pozostalo do zaplaty, razem do zaplaty, kwota do
        zaplaty, lacznie do zaplaty, k uhrade, celkem k uhrade, zbyva k uhrade, castka k uhrade, zbyva uhradit, celkem
        k         zaplaceni, k zaplaceni, celkem k uhrade czk, att betala, belopp att betala, summa att betala, at
        betale, til         betaling, belob at betale, i alt at betale, a betale, maksettava, maksettava yhteensa, de
        plata, skal betales, fizetendo, fizetendo osszeg, fizetendo vegosszeg, osszesen         fizetendo, fizetendo
        brutto vegosszeg, za platiti, ukupno za platiti, za platiti eur, za placilo, skupaj za placilo, za placilo
        eur, k uhrade spolu, celkom k uhrade, spolu k uhrade, k uhrade eur, suma na uhradu, na uhradu, tasuda, kokku
        tasuda, summa apmaksai, kopa apmaksai, apmaksai, apmoketi, suma apmoketi, moketina suma, odenecek tutar,
        odenecek toplam, a betale nok, a betale kr, belop a betale, total amount payable, net amount due, net payable,
        amount outstanding, total outstanding, total payable amount, balance to pay, balance outstanding, amount due
        gbp, amount due usd, amount due eur, amount due cad, amount due aud, total due gbp, total due usd, total due
        eur, total now due, please pay this amount, pay this amount, total amount now due, zahlbetrag eur, zu zahlen
        eur, zu zahlen in eur, zu uberweisen, zu uberweisender betrag, gesamtforderung, offener rechnungsbetrag, noch
        offen, saldo zu unseren gunsten, zahlungsbetrag eur, restbetrag eur, abbuchungsbetrag, einzugsbetrag, net a
        payer en euros, total net a payer, somme a payer, montant a regler, total a regler, net a regler, a regler,
        reste a regler, solde a regler, montant a prelever, montant preleve, montant exigible, importe a abonar,
        importe pendiente de pago, total a abonar, liquido, total liquido a pagar, importe liquido, total a percibir,
        a percibir, saldo a pagar, netto da pagare, totale da versare, netto a pagare eur, importo dovuto, saldo da
        pagare, totale netto a pagare, importo a pagare, te voldoen bedrag, totaal te voldoen, over te maken, over te
        maken bedrag, door u te betalen, wordt afgeschreven, restant te betalen, total a liquidar, valor em divida,
        valor a liquidar, total em divida, pozostaje do zaplaty, kwota pozostala do zaplaty, naleznosc do zaplaty,
        wartosc do zaplaty, doplatit, zbyva doplatit, celkem k doplaceni, k doplaceni, k proplaceni, summa att betala
        sek, att betala sek, belopp att betala sek, att betala kr, betala, at betale dkk, til betaling dkk, belob til
        betaling, i alt til betaling, at indbetale, skyldigt belob, resterer, saldo i alt""",
    "paid": """
        summe abschlagszahlungen, less down payment, less down payments, abzuglich erhaltener abschlagszahlungen,
        erhaltene abschlagszahlungen, payment received,
        paid, amount paid, payments, payment received, prepaid, deposit, advance payment, less payments, payments
        received, less deposit, bereits gezahlt, anzahlung, geleistete anzahlungen, erhaltene anzahlungen, gezahlt,
        bereits bezahlt, abzuglich anzahlung, acompte, acompte verse, deja paye, deja regle, montant paye, acomptes,
        paye, total regle, pagado, anticipo, a cuenta, importe pagado, entrega a cuenta, acconto, pagato, gia pagato,
        acconti, reeds betaald, betaald, aanbetaling, voldaan, reeds voldaan, ja pago, adiantamento, zaplacono,
        uhrazeno, zaplacene zalohy, zaloha, zaplaceno, betalt, indbetalt, forskott, forudbetalt, inbetalt, uhrazeno
        zalohami, amount received, total paid, paid to date, less paid, amount already paid, already         paid,
        prepayment, prepayments, payments credits, down payment, vorauszahlung, vorausbezahlter betrag, abzgl
        anzahlung, abschlagszahlungen, abzuglich abschlagszahlungen, bezahlt, anzahlungen, versement, total verse,
        reglements, montant regle, montant deja regle, montant deja verse, deja verse, total pagado, anticipos, pagos
        a cuenta, versato, totale pagato, importo pagato, vooruitbetaald, ontvangen, aanbetaald, reeds ontvangen,
        voorschot, valor pago, pagamentos, otrzymano, wplacono, zaplata, wplata, zaliczka, zaplacena zaloha, odpocet
        zalohy, uhradene, forskottsbetalt, erlagt, betald, erhallen betalning, betalt belob, indbetalinger, a conto,
        aconto, tidligere faktureret, maksettu, avans""",
    "reduction": """
        discount, less discount, rabatt, skonto, nachlass, remise, escompte, descuento, dto, sconto, korting,
        desconto, rabat, sleva, gesamtbetrag der abschlage, abschlage, abzug, total remise, allowance, allowances,
        total discount, promotion, voucher, coupon, rebate, total discounts, invoice discount, order discount, trade
        discount, settlement discount, rechnungsrabatt, sonderrabatt, preisnachlass, abzgl rabatt, gesamtrabatt,
        treuerabatt, remise globale, remise commerciale, remise exceptionnelle, rabais, ristourne, bonificacion,
        rappel, descuentos, pronto pago, sconto incondizionato, abbuono, abbuoni, sconti, kortingsbedrag,
        factuurkorting, korting bedrag, descontos, desconto comercial, desconto financeiro, upust, rabat kwotowy,
        kedvezmeny, zlava, popust, rabattbelopp, kassarabatt, rabatbelob, alennus""",
    "addition": """
        spese esenti, spese anticipate, spese esenti ex art 15, debours, anticipazioni, recargo de equivalencia,
        shipping, delivery, freight, postage, handling, shipping and handling, carriage, shipping cost, surcharge,
        tip, service charge, versand, versandkosten, fracht, porto, frachtkosten, zuschlage, gesamtbetrag der
        zuschlage, lieferkosten, frais de port, port, livraison, frais de livraison, gastos de envio, portes, envio,
        spese di         spedizione, spedizione, trasporto, spese trasporto, verzendkosten, verzending, bezorgkosten,
        koszt wysylki, wysylka, transport, doprava, postovne, frakt, fragt, levering, expeditionsavgift, forsendelse,
        taxe de sejour, kurtaxe, ortstaxe, tassa di soggiorno, imposta di soggiorno, toeristenbelasting, city tax,
        tourist tax,
        tasa turistica, taxa turistica,
        rounding, round off, rundung, arrondi, zaokrouhleni, oresavrundning, afrunding, avrundning, redondeo,
        shipping handling,
        shipping charge, shipping charges, shipping fee, delivery charge, delivery charges, delivery cost, p p, p&p,
        postage and packing, postage packing, freight charges, fuel surcharge, small         order charge, booking
        fee, convenience fee, processing fee, gratuity, versandkosten netto, porto und         verpackung, porto
        verpackung, verpackung, verpackungskosten, versandkostenpauschale, transportkosten, mindermengenzuschlag,
        frais de livraison ht, frais de transport, frais d expedition, frais annexes, frais de gestion, frais d envoi,
        participation aux frais, eco participation, debours, suplidos, recargo de equivalencia, gastos de transporte,
        embalaje, manipulacion, marca da bollo, imposta di bollo, cassa previdenza, contributo integrativo,
        contributo inps, rivalsa inps,
        spese
        incasso, spese bancarie, imballo, spese accessorie, verzend en administratiekosten, administratiekosten,
        verpakking, verpakkingskosten, orderkosten, vrachtkosten, servicekosten, toeslag, statiegeld, despesas,
        despesas de envio, portes de envio, ecovalor, koszty transportu, koszty wysylki, opakowanie, postovne
        a balne, balne, dopravne, faktureringsavgift, porto och emballage, frakt och emballage, administrationsavgift,
        faktureringsgebyr, miljogebyr, forsendelsesomkostninger, szallitasi koltseg, kerekites, toimituskulut,
        laskutuslisa, pyoristys, oresavr, oresavrunding, oreafrunding, avrunding, rounding adjustment, rounding amount,
        rundungsbetrag, rundungsdifferenz, rappenrundung, rappenausgleich, arrondissement, difference d arrondi, ajuste por
        redondeo, arrotondamento, arrotondamenti, arredondamento, afronding, afrondingsverschil, zaokraglenie,
        halerove vyrovnani, kerekitesi kulonbozet""",
    "withheld": """
        retencion, retencion irpf, irpf, ret irpf, menos retencion, ritenuta, ritenuta d acconto, ritenuta acconto,
        withholding tax, tax withheld, retencao, retencao irs, irs, retenue a la source, bronbelasting, tds""",
    "previous": """
        previous balance, opening balance, balance on your last bill, balance brought forward,
        previous balance, previous unpaid balance, balance forward, past due, brought forward, ubertrag, report, a
        reporter, carried forward, suma anterior, riporto, transport, saldo anterior, prior balance, last invoice,
        opening balance, zwischenubertrag, report page precedente, suma y sigue, amount brought forward, balance
        brought forward, balance b f, total brought forward, total carried forward, carried over, c f, b f, page
        total, ubertrag von seite, ubertrag seite, vortrag, saldovortrag, zu ubertragen, a nouveau, solde anterieur,
        solde precedent, total page, sous total a reporter, total a reporter, viene de la pagina anterior, a
        riportare, saldo precedente, totale pagina, transporteren, transport vorige pagina, saldo vorige, vorig saldo,
        a transportar, do przeniesienia, z przeniesienia, przeniesienie, prevod, preneseno, att overfora, overfort,
        ingaende saldo, transporteres, overfores, saldo fra sidste, last bill, previous bill, previous charges,
        balance from last bill, previous amount due""",
    "exempt": """
        19 ustg, kleinunternehmer, kleinunternehmerregelung, steuerfrei, steuerfreie, umsatzsteuerfrei,
        umsatzsteuerbefreit, keine         umsatzsteuer, steuerschuldnerschaft des leistungsempfangers,
        innergemeinschaftliche lieferung, reverse charge, vat         exempt, exempt from vat, exempt, zero rated, not
        vat registered, no vat, tva non applicable, exoneration de tva, exonere de tva, autoliquidation, art 293 b,
        293 b, livraison intracommunautaire, exento de iva, exenta, operacion         exenta, inversion del sujeto
        pasivo, non imponibile, esente iva, esente, inversione contabile, fuori campo iva, operazione senza
        applicazione iva, regime forfettario, btw verlegd, vrijgesteld van btw, vrijgesteld, geen btw, isento de iva,
        isencao, iva autoliquidacao, autoliquidacao, zwolnione, zwolniony, odwrotne obciazenie, osvobozeno, neplatce
        dph, nejsem platce dph, prenesena danova povinnost, momsfri, momsfritt, omvand skattskyldighet, omvend
        betalingspligt, undantag fran moms, mva fritak, fritatt, alanyi adomentes, adomentes, forditott adozas,
        scutit, taxare inversa, intra community supply, intra community, outside the scope""",
}
