"""The local issuer: its process, or one inside the test."""

from support.issuer import clock, dance, issuer_folder, issuer_url, process_dance
