"""The one UI kit of all three services: base pages, Vietnamese form and list macros, own styles and scripts, vendor assets.

No room's page and no route lives here. `README.md` in this folder says how a page is built from it.
"""
