"""What commands do, once they are parsed: heavy libraries may be imported here.

A module per command, or group of commands: what to call is put together, called, and what came of it is shown.
Nothing here is imported before its command is called.
"""
