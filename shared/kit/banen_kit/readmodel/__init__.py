"""Lists, files and search: what a service's own people read of what was recorded."""
