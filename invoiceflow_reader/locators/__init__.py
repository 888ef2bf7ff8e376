"""One locator for each group of fields: proposes values with where they stand and how well they fit. Chooses nothing."""
