"""What waits for other processes."""

import time

import pytest


@pytest.fixture(scope="session")
def until():
    """Wait for something that takes a moment, longer on a busy machine."""

    def wait(there, seconds=90.0):
        end = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < end, f"did not come true within {seconds} s"
            time.sleep(0.02)

    return wait
