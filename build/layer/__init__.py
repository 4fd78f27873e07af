"""Makes the layer: requirements become an installed tree, and that tree becomes a zip file that Lambda can use.

`layer` runs the whole build. The other modules choose what goes in, check it, make it smaller or compile it.
"""
