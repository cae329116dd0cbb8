"""Shortcuts around Gradio: assets from memory, and answers to drawings without its dispatch."""
