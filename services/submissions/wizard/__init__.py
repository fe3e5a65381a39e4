"""The organiser writes the rules of a contest, step by step, each saved on its own.

Owns no collection: what is written goes into `contests`. Documents to publish are kept through `files`.
"""
