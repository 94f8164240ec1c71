"""Give each subject of the command line its group of commands."""
