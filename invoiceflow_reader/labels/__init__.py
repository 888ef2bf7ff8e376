"""What invoices call their fields, in each language, and where such words stand on a page. Knows no values."""
