"""Middleware and routes between strangers and Gradio."""
