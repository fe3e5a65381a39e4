"""The link on a receipt that shows where an entry stands without signing in.

Owns how the link's secret is made and how it is kept; the page behind it is `receipts`.
"""
