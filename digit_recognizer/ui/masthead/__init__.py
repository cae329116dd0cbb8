"""The title, the switch of languages and the list of shortcuts."""
