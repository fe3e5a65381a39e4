"""Papers: what comes in an envelope, over the counter, by e-mail or through a commune, from the desk to the register.

Owns `papers`: who sent it, how to reach them, what the desk corrected. The entry itself, with its scans, is `entries`;
its text is made by `transcriptions`, an entry that came twice is one by `joins`.
"""
