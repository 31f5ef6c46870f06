"""Runs reporting: `python -m banen_reporting`."""

from banen_kit.runtime.service_runner import main
from banen_reporting.service import SERVICE

if __name__ == "__main__":
    main(SERVICE)
