"""Lead to `locator.files`, where the one writer of files is now."""

from locator.files import write_bytes_atomically, write_text_atomically

__all__ = ["write_bytes_atomically", "write_text_atomically"]
