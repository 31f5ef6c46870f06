"""Runs employers: `python -m banen_employers`."""

from banen_employers.service import SERVICE
from banen_kit.runtime.service_runner import main

if __name__ == "__main__":
    main(SERVICE)
