"""The five JSON files of the system before: read, written, and kept up by the running bot."""
