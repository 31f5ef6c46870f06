"""What stops a command, in one line that says what to do."""


class Fault(Exception):
    """Shown as it is, without a traceback."""


def refusal(error: Exception) -> Fault:
    """The first line of what PostgreSQL says: those after it may quote a row."""
    return Fault(f"PostgreSQL refuses: {type(error).__name__}: {str(error).partition(chr(10))[0]}")
