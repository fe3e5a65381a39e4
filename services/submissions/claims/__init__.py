"""Taking a paper over: whoever handed in on paper and has an account now finds the entry under their own entries.

The receipt's code with its PIN, or an address the desk wrote down and the account confirmed, shows whose it is. The
desk sees it on the paper's page. Owns nothing: the claim stands in the record of the paper.
"""
