"""What intake decides, one module per stream."""
