"""From compiled documents to the snapshot that is current."""
