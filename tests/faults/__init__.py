"""Faults on real processes under steady uploads: each test breaks one thing, and counts documents in and out.

The whole system runs (`invoiceflow up`) on services of the suite's own, which it may kill. `make test-services` runs it short,
`make faults` in full; both print one table.
"""
