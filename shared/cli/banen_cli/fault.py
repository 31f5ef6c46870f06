"""An error that ends a command, shown as one line that says what to do."""


class Fault(Exception):
    """Shown without a traceback."""


def refusal(error: Exception) -> Fault:
    """Only the first line of PostgreSQL's message: later lines may quote a row."""
    return Fault(f"PostgreSQL refuses: {type(error).__name__}: {str(error).partition(chr(10))[0]}")
