"""The lessons under the sheet, which explain an answer."""
