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


def said(how: str) -> list[str]:
    return subprocess.run([sys.executable, "-c", KEPT, how], capture_output=True, text=True, check=True).stdout.split()


def test_another_c_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not allocator.give_back()
