"""The version of the reading. It changes whenever the same bytes may give another result: stored ones can be renewed."""

from typing import Final

EXTRACTOR_VERSION: Final = "6"
