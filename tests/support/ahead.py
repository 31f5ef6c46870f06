"""Runs a module by a clock that is ahead of the machine's: `ahead.py <file with seconds> <python> -m <module>`."""

import runpy
import sys
from datetime import timedelta
from pathlib import Path

from banen_kit.core import clocks

if __name__ == "__main__":
    _, file, *_, module = sys.argv
    ahead, of_machine = timedelta(seconds=int(Path(file).read_text())), clocks.utc_now
    # Before anything else is imported that names it.
    clocks.utc_now = lambda: of_machine() + ahead
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
