"""Invoices that were never sent: PDFs of invented companies with what stands in them, and PDFs that are bad on purpose.

For the demo, the tests and for measuring the extraction. The product never imports this package.
"""
