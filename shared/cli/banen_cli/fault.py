"""What stops a command, in one line that says what to do."""


class Fault(Exception):
    """Shown as it is, without a traceback."""
