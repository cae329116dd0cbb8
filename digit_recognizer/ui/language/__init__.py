"""The texts of the page in every language."""
