"""Where events come from: files, and addresses on the web."""
