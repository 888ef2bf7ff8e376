"""Measurements of the whole system, as ratios within one run: machines are noisy. `python -m benchmarks` prints JSON."""
