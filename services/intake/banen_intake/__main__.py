"""Runs intake: `python -m banen_intake`."""

from banen_intake.service import SERVICE
from banen_kit.runtime.service_runner import main

if __name__ == "__main__":
    main(SERVICE)
