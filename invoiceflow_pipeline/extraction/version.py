"""The version of the reading. It changes whenever the same bytes may give another result, so that stored results can be renewed."""

from typing import Final

EXTRACTOR_VERSION: Final = "1"
