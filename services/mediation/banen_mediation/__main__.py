"""Runs mediation: `python -m banen_mediation`."""

from banen_kit.run import main
from banen_mediation.service import SERVICE

if __name__ == "__main__":
    main(SERVICE)
