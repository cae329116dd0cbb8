"""The lessons: cards under the sheet that explain an answer."""
