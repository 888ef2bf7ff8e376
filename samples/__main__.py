"""`python -m samples OUT_FOLDER [--count N] [--seed S] [--demo]`: writes NAME.pdf and NAME.json for each sample."""

from pathlib import Path
from typing import Annotated

import typer

from samples.generate import demo_samples, sample_invoices, write_samples


def main(
    out_folder: Annotated[Path, typer.Argument(help="Where the files go; it is made where it is missing.")],
    count: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many samples.")] = 50,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="The twelve fixed samples of the demo instead.")] = False,
) -> None:
    """Write invented invoices as PDF, with what stands in them as JSON."""
    written = write_samples(out_folder, demo_samples() if demo else sample_invoices(seed, count))
    typer.echo(f"{written} samples in {out_folder}")


if __name__ == "__main__":
    typer.run(main)
