"""The commands of `invoke --list`, by subject. They parse options, call build/, local/ or bench/, and print.

`command` makes a function a command, `terminal` prints, and `printing/` shows the results of the larger commands.
"""
