"""Intake with its lists, in PostgreSQL, and with keys in memory."""

from support.listed import site
