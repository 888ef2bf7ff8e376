"""The words over the columns of a table of lines, and those that end one. How the lists are written: `vocabulary`."""

from typing import Final

TABLE_WORDS: Final[dict[str, str]] = {
    "col_position": """
        pos, position, item, line, no, nr, lp, l p, #, sl no, s no, ln, item no, pos nr, posnr, riga, regel, poz,
        radek, rad, n, zeile, lfd nr, linea, ligne, sr no, rif, ssz, sorsz, r br, rbr, zap st, nr crt, jrk, npk, eil
        nr, sira no, poz c, por c, posit, position nr, lfd, lfdnr, laufnr, num ligne, n ligne, n riga, nr poz, serial
        no, line no, line item""",
    "col_code": """
        item code, sku, code, article, art nr, artikelnr, artikelnummer, product code, part number, part no,
        reference, ref, codigo, codice, cod, artikelcode, art nr kunde, art nr lief, kod, kod produktu, indeks,
        varenr, varenummer, artnr, art no, materialnummer, referencia, referenz, article code, item number, artikel
        nr, material nr, cod art, cod         articolo, pkwiu, hsn, hsn sac, sac, asin, ean, cikkszam, vtsz, sifra,
        sifra artikla, cod produs, tuotenro, tuotekoodi, tuote nro, art number, product no, product id, product #,
        item #, stock code, catalog no, cat no, prod code, serial number, artikel no, best nr, bestellnummer
        lieferant, referenz nr, code article, code produit, ref article, ref produit, cod articulo, ref articulo, cod
        prodotto, codice prodotto, productcode, artikel code, cod produto, cod artigo, kod towaru, indeks
        towaru, kod zbozi, kod polozky, katalogove cislo, artikel nr lieferant, varukod""",
    "col_description": """
        relation, details, materialbeschreibung, arbeitsposition, role, leistung medikament, artikel leistung,
        material description, description of services,
        description, item description, product, service, details, item, particulars, goods, description of goods,
        product         description, product name, services, description of services, items, article, activity, work,
        title, beschreibung, bezeichnung, artikel, leistung, produkt, artikelbezeichnung, text, leistungsbeschreibung,
        material beschreibung, artikelbeschreibung, position material beschreibung, produktbezeichnung, artikel
        bezeichnung, bezeichnung der         leistung, designation, libelle, produit, prestation, description du
        produit, descripcion, concepto, producto, articulo, detalle, servicio, descrizione, prodotto, articolo,
        servizio, descrizione prodotto, descrizione dei beni, descrizione articolo, omschrijving, dienst,
        artikelomschrijving, product omschrijving, descricao, designacao, produto, artigo, servico, nazwa, nazwa
        towaru lub uslugi, nazwa towaru, opis, nazwa towaru uslugi, towar usluga, usluga, popis, nazev, oznaceni
        dodavky, polozka, predmet, popis polozky, nazev polozky, benamning, beskrivning, vara, tjanst, beskrivelse,
        varebeskrivelse, vare, tekst, ydelse, kuvaus, tuote, denumirea, nimike, produkter, megnevezes, termek,
        szolgaltatas, denumire, denumirea produselor, denumirea produselor sau a serviciilor, opis usluge, opis
        artikla, naziv, naziv artikla, nazov, nazov polozky, nimetus, kirjeldus, nosaukums, pavadinimas, aciklama,
        produktnavn, vare tjeneste, tuotenimi, leistungsbezeichnung, bezeichnung artikel, art der leistung, tatigkeit,
        positionsbezeichnung, beschreibung der leistung, leistung beschreibung, artikel beschreibung, artikel und
        beschreibung, designation des prestations, designation des produits, designation produit, description des
        prestations, description de la prestation, intitule, details de la prestation, concepto descripcion,
        descripcion del producto, descripcion del servicio, detalle concepto, descripcion         concepto,
        descrizione servizi, descrizione della merce, beni servizi, natura e qualita, prestazione, specificatie,
        product dienst, werkzaamheden, artikel omschrijving, omschrijving product, descricao do produto, descricao do
        servico, designacao do produto, nazwa uslugi, nazwa produktu, towar, wyszczegolnienie, popis plneni, oznaceni,
        polozky, specifikation, benamning beskrivning, produkt beskrivning, ydelser, varetekst, item name, item
        details, line description, particulars of service, description of work, description         of service,
        product service, charge description, charges description""",
    "col_quantity": """
        quantity, qty, qty hr, units, hours, hrs, amount of units, no of units, menge, anzahl, stuck, std, stunden,
        qte, quantite, nombre, qt, nb, cantidad, cant, uds, unidades, quantita, q ta, qta, qt a, aantal, hoeveelheid,
        quantidade, qtd, quant, ilosc, mnozstvi, pocet, pocet mj, antal, maara, cantitate, kpl, menge einheit, qty
        hrs, qty shipped, ilosc szt, antall, mennyiseg, menny, kolicina, kogus, daudzums, kiekis, mnozstvo, miktar,
        adet, antal timer, timer, hrs qty, hours worked, no of hours, stk, stuckzahl, anz, anzahl einheit, menge me,
        std anzahl, nbre, nombre d heures, heures, nb heures, quantite u, horas, cantidad ud, nro uds, pezzi, pz, qta
        um, aantal uur, uren, stuks, qtde, qtd un, quantid, ilosc jm, liczba, liczba sztuk, pocet kusu, pocet
        jednotek, mnozstvi mj, antal st, antal enheder, antal stk, lkm, mra, quantity ordered, quantity shipped,
        shipped, ordered, qty ordered, units qty""",
    "col_unit": """
        unit, um, uom, u m, einheit, einh, me, unite, unidad, ud, unita, unita misura, eenheid, unidade, un, uni, jm,
        j m, jedn, mj, m j, jednotka, enhet, enhed, yksikko, basis, egyseg, mee, mert egys, jed mj, enota, merska
        jedinica, mernica, uhik, mervieniba, matas, birim, jm um, yks, unit of measure, u of m, mengeneinheit, mge,
        einheiten, unites, udm, unid, eenh, jedn miary, j miary, mer jedn, merna jednotka, enh""",
    "col_price": """
        p u net, pu net, p u brut, pu brut, prix brut, prix net ht, bruto prijs, netto prijs,
        ep €, price eur, list £, list price £,
        unit price, price, rate, unit cost, price per unit, cost, price each, each, price unit, unit price excl vat,
        hourly         rate, rate hr, net price, list price, einzelpreis, preis, e preis, stuckpreis, nettopreis, vk
        preis, ep, einzel, einzelpreis netto, preis pro einheit, preis einheit, stundensatz, preis netto, einzelpreis
        eur, einzel preis, einheitspreis, nettoeinzelpreis, vk preis ohne mwst, p u ht, pu ht, prix unitaire, p u, pu,
        prix unitaire ht, prix, prix unit, prix unit ht, prix u ht, tarif, pu h t, precio, precio unitario, precio
        unidad, p unit, precio ud, precio         unit, p unitario, prezzo, prezzo unitario, prezzo unit, costo
        unitario, importo unitario, prijs, prijs per stuk, stukprijs, eenheidsprijs, prijs per eenheid, tarief, preco,
        preco unitario, preco unit, pr unitario, cena         jednostkowa, cena netto, cena, cena jedn, cena jedn
        netto, cena jednostkowa netto, jednotkova cena, cena za mj, cena         mj, cena za jednotku, cena ks, jedn
        cena, a pris, pris, styckpris, enhetspris, enhedspris, pris pr enhed, stykpris, pris st, pris stk, a hinta,
        yksikkohinta, hinta, pret unitar, price usd, price eur, egysegar, egysegar netto, netto egysegar, netto egyseg
        ar, cijena, jed cijena, cena na enoto, cena enote, uhik hind, hind, cena par vienibu, vnt kaina, kaina, cena
        za kus, jednotkova cena bez dph, cena bez dph mj, birim fiyat, fiyat, pret, pret unitar fara tva, enhetspris
        eks mva, pris eks mva, a pris exkl moms, apris, pris enhed, pris pr stk, unit price net, net unit price, price
        excl vat, price ex vat, unit rate, unit amount, unit value, cost per unit, unit price ex vat, unit price gbp,
        unit price usd, unit price eur, price each ex vat, day rate, hourly price, einzelpreis in eur, einzelpreis
        ohne mwst, preis pro stuck, preis je einheit, preis stk, stk preis, ep netto, ep eur, einzelnetto, netto
        einzelpreis, preis in eur, prix unit h t, prix unitaire h t, prix unitaire eur, prix unitaire         htva,
        puht, p u h t, p u net ht, prix net, tarif unitaire, tarif ht, precio u, precio sin iva, precio neto, pvp, p v
        p, prezzo netto, prezzo un, pr unit, costo unit, prezzo listino, stuksprijs, prijs excl, prijs p st, prijs ex
        btw, eenheidsprijs excl btw, p un, preco s iva, valor unitario, valor unit, cena jedn brutto, cena
        brutto, cena jednostkowa brutto, cena jedn bez dph, jedn cena bez dph, cena za jedn, j cena""",
    "col_rate": """
        vat, vat rate, tax, tax rate, vat %, tax %, vat code, gst, gst %, ust, mwst, steuersatz, steuer, ust satz,
        mwst         satz, umsatzsteuer, mwst %, ust %, steuer %, tva, taux tva, taux, tva %, taxe, iva, iva %, tipo
        iva, % iva, aliquota, al iva, aliq, cod iva, btw, btw %, btw tarief, % btw, stawka vat, vat stawka, stawka,
        dph, sazba dph, sazba, dph %, % dph, moms, moms %, momssats, mva, alv, alv %, cota tva, tx iva, taxa iva, %
        vat, afa, afa kulcs, afa %, pdv, pdv %, stopa pdv, ddv, ddv %, km, km %, pvn, pvn %, pvm, pvm %, kdv, kdv %,
        mva %, mva sats, mva kode, steuersatz %, ust in %, mwst in %, mwst code, st, tva taux, taux de tva, code tva,
        tx tva, % de tva, % tva, % mwst, % ust, imp, impuesto, impuestos, c iva, codice iva, iva tasso, btw code, btw
        perc, taxa, tx, stawka podatku, stawka %, stawka vat %, vat w %, dph sazba, dph v %, momskod, moms sats, moms
        i %, sales tax, taxable, tax code, gst rate, igst, cgst, sgst""",
    "col_discount": """
        discount, disc, disc %, rabatt, rabatt %, rem, remise, dto, descuento, sconto, korting, desc, rabat, sleva, discount
        %, % dto, sc %, sconti, dto %, kort, remise %""",
    "col_tax_amount": """
        tax amount, vat amount, steuerbetrag, mwst betrag, montant tva, importe iva, btw bedrag, kwota vat, wartosc
        vat, dph         kc, castka dph, momsbelopp, ust betrag, dph celkem, afa ertek, afa osszeg, afa osszege, iznos
        pdv, znesek ddv, pvm suma, kdv tutari, mva belop, valoare tva, valoarea tva, gst amount, tax value, vat value,
        mwst eur, ust eur, mwst summe, montant de tva, mt tva, importe impuesto, cuota, cuota iva, imp iva, imposta,
        ammontare iva, bedrag btw, valor iva, kwota podatku, wartosc podatku, vyse dph, dph castka, moms belopp,
        momsbelob, moms kr""",
    "col_amount": """
        net £, net €, charges eur, charges usd, charges gbp, zwischensumme, gp €, value eur, wert eur, net gbp,
        amount £, total £, amount sgd,
        amount, total, line total, net amount, total price, price total, extended, ext price, extension, value, net,
        total         amount, total excl vat, amount excl vat, net total, ext amount, net value, subtotal, sub total,
        line amount, taxable         value, amount gbp, amount eur, amount usd, total usd, total eur, total net, total
        ex vat, amount net, total cost, charges, fee, total gbp, gesamtpreis, gesamt, betrag, entgelt, nettobetrag,
        gesamtbetrag, summe, gesamtnetto, zeilenbetrag, netto, gp, gesamt netto, gesamtpreis netto, positionsbetrag,
        betrag netto, gesamtpreis eur, betrag         eur, wert, g preis, preis gesamt, netto betrag, zeilenbetrag
        ohne mwst, gesamt eur, summe netto, nettowert, summe         eur, total netto, betrag in eur, montant, montant
        ht, total ht, prix total, prix ht, prix total ht, montant total, total h t, montant h t, total ligne, montant
        net ht, montant htva, total hors tva, total htva, importe, total linea, importe neto, importe total, total
        neto, importo, totale, imponibile, prezzo totale, importo totale, totale riga, totale netto, valore, importo
        netto, prezzo tot, bedrag, totaal, totaalprijs, bedrag excl btw, totaal excl btw, prijs excl btw, regeltotaal,
        totaalbedrag, subtotaal, totaal ex btw, valor, total liquido, montante, valor total, val liquido, valor
        liquido, total s iva, total sem iva, wartosc netto, wartosc, kwota netto, wartosc towaru netto, wart netto,
        celkem, celkem bez dph, cena celkem, bez dph, castka, cena bez dph, cena celkem bez dph, zaklad, celkem
        kc, celkem czk, summa, belopp, radsumma, totalt, total exkl moms, summa exkl moms, belopp exkl moms, belob, i
        alt, beloeb, pris i alt, belob ekskl moms, linjetotal, linjebelob, sum, yhteensa, summa eur, valoare,
        valoarea, netto ertek, ertek, netto osszeg, osszeg, netto ar, iznos, znesek, vrijednost, suma, kaina
        is viso, tutar, toplam tutar, belop eks mva, belop, sum eks mva, totalt eks mva, veroton, rivisumma, a hinta
        yhteensa, celkom, celkom bez dph, spolu, spolu bez dph, cena celkom, castka bez dph, cena bez dph celkem, cena
        celkem kc, total line, line value, total value, net line total, net line amount, goods value, net value
        gbp, total net price, amount net gbp, line price, amount due, sub total ex vat, subtotal ex vat, total before
        tax, extended price, extended amount, extended cost, amount aud, amount cad, amount nzd, amount chf, amount
        inr, gesamtbetrag netto, gesamt in eur, gesamtpreis in eur, betrag netto eur, betrag chf, nettosumme,
        nettopreis gesamt, total chf, summe in eur, gesamt euro, netto gesamt, pos betrag, positionsgesamt,
        positionswert, gesamtwert, endpreis, warenwert, montant net, montant eur, total net ht, total ht eur, total
        eur ht, mt ht, total hors taxe, total hors taxes, montant hors taxes, prix ht total, prix total h t, total
        htva eur, importe eur, importe sin iva, importe bruto, base imponible, total sin iva, total euros, total
        importe, importo eur, importo totale netto, importo imponibile, totale imponibile, tot riga, netto riga,
        prezzo complessivo, totaal eur, totaal netto, netto bedrag, nettobedrag, bedrag eur, totaal excl, bedrag excl,
        val total, valor eur, montante eur, valor s iva, total s/iva, wartosc bez podatku, wartosc sprzedazy netto,
        wartosc sprzedazy, kwota, cena razem, razem netto, cena celkem bez dph kc, celkem bez dph kc, zaklad dph, cena
        spolu, summa sek, belopp sek, summa ex moms, summa exkl, netto belopp, belob dkk, belob ekskl, beloeb dkk,
        pris ialt, ialt, i alt ekskl moms, total ekskl moms""",
    "col_gross": """
        gross, gross amount, brutto, bruttobetrag, montant ttc, total ttc, prix ttc, total ttc eur, importe con iva,
        total         con iva, totaal incl btw, prijs incl btw, wartosc brutto, kwota brutto, celkem s dph, s dph,
        cena s dph, total incl         vat, amount incl vat, inkl moms, total inkl moms, total inc vat, btw prijs incl
        btw, total com iva, total c iva, gesamt brutto, bedrag incl btw, gross total, cena celkem s dph, brutto
        betrag, brutto ertek, brutto osszeg, brutto ar, bruttobetrag eur, gesamt inkl mwst, betrag inkl mwst, preis
        inkl mwst, ttc, montant t t c, total t t c, importe iva incl, total iva incl, totale ivato, importo ivato,
        totaal incl, bedrag incl, valor c iva, wartosc z podatkiem, wartosc sprzedazy brutto, razem brutto, celkem vc
        dph, cena vcetne dph, celkem vcetne dph, spolu s dph, cena s dph celkem, belopp inkl moms, pris inkl moms, sum
        inkl mva, belop inkl mva, verollinen, yhteensa sis alv, gross total gbp, total incl tax, amount incl tax,
        total inc gst""",
    "col_date": """
        date, datum, fecha, data, dato, delivery date""",
    "table_end": """
        notes, remarks, bemerkungen, umsatzsteueraufschlusselung, belegsummen, steueraufschlusselung, zahlungsbedingungen,
        payment terms, bank details, bankverbindung, terms and conditions, reglement, modes de reglement,
        zahlungsinformationen, payment information, payment details, tax summary, vat summary, vat breakdown, riepilogo iva,
        btw specificatie, rekapitulace dph, detail tva, datos bancarios, forma de pago, payment instructions, zuschlage
        abschlage, zu und abschlage, thank you, podsumowanie, dati bancari""",
}
