"""Middleware between strangers and Gradio."""
