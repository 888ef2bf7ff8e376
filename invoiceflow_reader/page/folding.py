"""Letters without case and accents, as labels and month names are compared."""

import unicodedata


def folded(text: str) -> str:
    """Lower case without accents; ß and ł and ø as their usual Latin spellings."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.replace("ß", "ss").replace("ł", "l").replace("ø", "o").replace("æ", "ae").replace("œ", "oe")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
