class BackupError(Exception):
    """It can't go on; the text is a sentence for a person."""
