"""Assign house numbers that carry no street to streets, by a rule that is measured first.

`material` reads what there is, `streets` brings the names to one form, `pairs` says which streets
a number may belong to, `evidence` weighs each such pair, `choosing` learns the weights from the
addresses that are known and goes round until the neighbours agree, `outcome` decides what is
certain enough, and `files` writes the two files of the city folder.
"""
