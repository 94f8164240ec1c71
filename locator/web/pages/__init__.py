"""Answer one URL by one module and one template."""
