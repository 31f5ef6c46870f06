"""Runs mediation: `python -m banen_mediation`."""

from banen_kit.runtime.service_runner import main
from banen_mediation.service import SERVICE

if __name__ == "__main__":
    main(SERVICE)
