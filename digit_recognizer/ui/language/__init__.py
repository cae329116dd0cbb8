"""What the page says, in every language it speaks."""
