"""Fuzzing of the readers with atheris: `make fuzz`. pytest collects none of it; what broke is kept as a test of the reader."""
