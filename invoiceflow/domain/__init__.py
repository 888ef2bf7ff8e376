"""What an invoice and its life are: plain frozen dataclasses and pure functions with EN 16931 names. No I/O."""
