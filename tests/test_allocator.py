"""Memory that was freed is the system's again. In processes of their own: the limits are the process's."""

import ctypes
import subprocess
import sys
import textwrap

import pytest

from invoiceflow import allocator

KEPT = textwrap.dedent(
    """
    import ctypes, sys, threading
    from invoiceflow import allocator

    def resident():
        return int(open("/proc/self/statm").read().split()[1]) * 4096

    def files():
        blocks = []
        for size in (20_000_000, 9_000_000, 4_000_000):  # freed ones raise glibc's limits; later ones come from the heap
            block = bytearray(size); del block
        for _ in range(40):
            blocks.append(bytearray(400_000)); small.append(bytearray(600))
        del blocks

    small = []
    if sys.argv[1] == "bounded":
        print(allocator.give_back())
    before = resident()
    threads = [threading.Thread(target=files) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(resident() - before)
    """
)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_large_blocks_of_many_threads_go_back_to_the_system() -> None:
    told, kept = said("bounded")
    if told == "False":
        pytest.skip("the C library is not glibc")
    assert int(kept) < 5_000_000
    [unbounded] = said("as it is")
    assert int(unbounded) > 4 * int(kept)


USED_AGAIN = textwrap.dedent(
    """
    import resource, sys
    from invoiceflow import allocator

    def faults():
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    if sys.argv[1] == "kept":
        print(allocator.give_back(large=1_000_000, kept=4_000_000))
    else:
        print(allocator.give_back())
    files = [b"x" * 400_000 for _ in range(4)]
    del files
    before = faults()
    for _ in range(100):
        files = [b"x" * 400_000 for _ in range(4)]
        del files
    print(faults() - before)
    """
)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts the faults of glibc's pages")
def test_what_is_kept_serves_the_next_upload() -> None:
    told, kept = said("kept", USED_AGAIN)
    if told == "False":
        pytest.skip("the C library is not glibc")
    _, given_back = said("given back", USED_AGAIN)
    assert int(kept) < 1_000 < 20_000 < int(given_back)  # 400 blocks of 98 pages


IN_PIECES = textwrap.dedent(
    """
    from invoiceflow import allocator

    def resident():
        return int(open("/proc/self/statm").read().split()[1]) * 4096

    told = allocator.give_back(large=1_000_000, kept=4_000_000)
    before = resident()
    files, small = [], []
    for _ in range(200):
        files.append(b"x" * 400_000); small.append(bytearray(600))
    del files
    left = resident() - before
    print(told, left, allocator.trim(), resident() - before)
    """
)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_trimming_gives_back_what_lies_between_blocks_in_use() -> None:
    told, left, trimmed, kept = said("", IN_PIECES)
    if told == "False":
        pytest.skip("the C library is not glibc")
    assert trimmed == "True"
    assert int(kept) < 5_000_000 < 60_000_000 < int(left)


def said(how: str, program: str = KEPT) -> list[str]:
    return subprocess.run([sys.executable, "-c", program, how], capture_output=True, text=True, check=True).stdout.split()


def test_another_c_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not allocator.give_back()
    assert not allocator.trim()
