"""Runs employers: `python -m banen_employers`."""

from banen_employers.service import SERVICE
from banen_kit.run import main

if __name__ == "__main__":
    main(SERVICE)
