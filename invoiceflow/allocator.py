"""How the C library keeps memory that Python gives back. Knows nothing of what the memory is for."""

import ctypes
from typing import Final

# <malloc.h> of glibc
M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8

LARGE: Final = 128 * 1024
"""Bytes. glibc's own beginning, but it raises both limits by itself as far as 32 and 64 MB, after the first large files."""
ARENAS: Final = 2


def give_back(large: int = LARGE, kept: int = LARGE) -> bool:
    """Blocks of `large` bytes go back to the system as soon as they are freed, smaller ones when more than `kept` bytes lie
    free at a heap's end, and threads share two heaps. Without it a service whose threads held files keeps a heap for each of
    them: the ingest API 92 MB after 2,000 uploads, not 74. To be called before threads are started, and once in a process.
    False where the C library is not glibc.

    What goes back has to be asked for again, page by page: who takes and frees blocks of one size all the time sets `large`
    above it."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    taken = [mallopt(M_ARENA_MAX, ARENAS), mallopt(M_MMAP_THRESHOLD, large), mallopt(M_TRIM_THRESHOLD, kept)]
    return taken == [1, 1, 1]


def trim() -> bool:
    """What lies free inside the heaps as well goes back now: whole pages between blocks in use, as a flood leaves them. Takes
    milliseconds, without the interpreter. Whether anything went back; False where the C library is not glibc."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return malloc_trim is not None and malloc_trim(0) == 1
