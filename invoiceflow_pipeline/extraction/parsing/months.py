"""Month names and their usual short forms, folded (lower case, no accents), in the Latin-script languages of Europe."""

from typing import Final

_NAMES: Final = """
january jan januar januari janvier janv enero ene gennaio gen janeiro styczen stycznia sty leden ledna tammikuu ianuarie
february feb februar februari fevrier fevr fev febrero febbraio fevereiro luty lutego lut unor unora helmikuu februarie
march mar marz maerz maart mrt mars marzo marco marzec marca brezen brezna maaliskuu martie mrz
april apr avril avr abril abr aprile kwiecien kwietnia kwi duben dubna huhtikuu aprilie
may mai mei mayo maggio mag maio maj maja kveten kvetna toukokuu
june jun juni juin junio giugno giu junho czerwiec czerwca cze cerven cervna kesakuu iunie
july jul juli juillet juil julio luglio lug julho lipiec lipca lip cervenec cervence heinakuu iulie
august aug aout aou agosto ago augustus augusti sierpien sierpnia sie srpen srpna elokuu
september sep sept septembre septiembre settembre set setembro wrzesien wrzesnia wrz zari syyskuu septembrie
october oct oktober okt octobre octubre ottobre ott outubro out pazdziernik pazdziernika paz rijen rijna lokakuu octombrie
november nov novembre noviembre novembro listopad listopada lis marraskuu noiembrie
december dec dezember dez decembre diciembre dic dicembre dezembro grudzien grudnia gru prosinec prosince joulukuu decembrie
"""


MONTHS: Final = {name: month for month, names in enumerate(_NAMES.strip().splitlines(), start=1) for name in names.split()}
