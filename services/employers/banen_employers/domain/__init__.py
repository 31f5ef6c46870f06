"""What employers decides, one module per stream."""
