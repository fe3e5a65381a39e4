"""Requests of people about their own data, and the desk that answers them within two working days.

Owns `data_requests`: what was asked, when the answer is due, every step with who took it. Carrying out an erasure is
`erasures`; the copy of one's data is made by `privacy` at once and needs no request.
"""
