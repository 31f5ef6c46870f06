#!/usr/bin/env bash
# Makes .venv anew with the Python that is named, if it is new enough; leaves it alone if not.
set -euo pipefail
python=$1
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || found="not a Python that runs"
if ! [[ $found =~ ^3\.([0-9]+)$ ]] || ((BASH_REMATCH[1] < 11)); then
    echo "banen needs Python 3.11 or later, and $python is $found. Name another: make demo PYTHON=python3.12" >&2
    exit 1
fi
exec "$python" -m venv --clear .venv
