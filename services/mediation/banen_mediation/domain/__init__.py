"""What mediation decides, one module per stream."""
