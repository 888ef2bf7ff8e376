"""From candidates to one invoice: the consistent set, its confidence, and what is wrong with it."""
