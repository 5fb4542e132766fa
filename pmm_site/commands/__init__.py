"""The parser of the command line, and the commands that build no site."""
