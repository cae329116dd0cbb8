"""The page: `ui.page` builds it, `ui.launch` serves it.

Only this part of the package imports Gradio and turns errors into messages for people. Importing
`digit_recognizer.ui` loads nothing.
"""
