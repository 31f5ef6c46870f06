"""What the project bureau may decide about the programme, one module per stream."""
