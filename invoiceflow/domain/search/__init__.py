"""What a search may ask and what it answers, the same for every search index. No store is named here."""
