"""What tests in several folders share: servers, small programmes, bodies of commands."""
