"""Month names and their usual short forms, folded (lower case, no accents), in the Latin-script languages of Europe."""

from typing import Final

_NAMES: Final = (
    "january jan janner jaenner januara januaris jaanuar tammikuuta januar januari janvier janv enero ene gennaio gen janeiro "
    "styczen stycznia sty leden ledna tammikuu ianuarie",
    "february feb feber februara februaris veebruar helmikuuta februar februari fevrier fevr fev febrero febbraio fevereiro "
    "luty lutego lut unor unora helmikuu februarie",
    "march mar marcius marts mart maaliskuuta marz maerz maart mrt mars marzo marco marzec marca brezen brezna maaliskuu "
    "martie mrz",
    "april apr aprilis aprila aprill huhtikuuta avril avr abril abr aprile kwiecien kwietnia kwi duben dubna huhtikuu aprilie",
    "may mai majus mei toukokuuta mayo maggio mag maio maj maja kveten kvetna toukokuu",
    "june jun juny junius juna juuni kesakuuta juni juin junio giugno giu junho czerwiec czerwca cze cerven cervna kesakuu "
    "iunie",
    "july jul julius jula juuli heinakuuta juli juillet juil julio luglio lug julho lipiec lipca lip cervenec cervence "
    "heinakuu iulie",
    "august aug augusztus augusta elokuuta aout aou agosto ago augustus augusti sierpien sierpnia sie srpen srpna elokuu",
    "september sep sept szeptember septembra syyskuuta septembre septiembre settembre set setembro wrzesien wrzesnia wrz "
    "zari syyskuu septembrie",
    "october oct oktobra oktoober lokakuuta oktober okt octobre octubre ottobre ott outubro out pazdziernik pazdziernika "
    "paz rijen rijna lokakuu octombrie",
    "november nov novembra marraskuuta listopadu novembre noviembre novembro listopad listopada lis marraskuu noiembrie",
    "december dec decembra detsember joulukuuta dezember dez decembre diciembre dic dicembre dezembro grudzien grudnia gru "
    "prosinec prosince joulukuu decembrie",
)


MONTHS: Final = {name: month for month, names in enumerate(_NAMES, start=1) for name in names.split()}
