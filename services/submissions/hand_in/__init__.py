"""Reading an entry as the jury will, and the one button that hands it in.

Owns the pages and their refusals; what handing in means is `entries`, the receipt is `receipts`.
"""
