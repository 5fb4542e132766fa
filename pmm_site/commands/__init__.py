"""The words of the command line, and the work of commands that build nothing."""
