"""The sheet that one draws on."""
