"""The page: what is on it, what it does, and how it is served.

The only part of the package that imports Gradio, and the only one that turns errors into messages
for people. Importing this package loads nothing; `ui.page` builds the page, `ui.serving` serves it.
"""
