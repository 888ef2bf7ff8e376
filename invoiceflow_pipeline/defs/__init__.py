"""The Dagster definitions: one Dagster concept a module.

Dagster warns of what it has in preview or beta whenever definitions are loaded, which each consumer run does: in lines
of another form than the log's, about nothing that an operator could change. What is used of it is pinned and tested
(docs/upgrading-dagster.md).
"""

import warnings

import dagster as dg

warnings.filterwarnings("ignore", category=dg.PreviewWarning)
warnings.filterwarnings("ignore", category=dg.BetaWarning)
