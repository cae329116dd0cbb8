"""Middleware and routes between the internet and Gradio."""
