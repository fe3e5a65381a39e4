"""Score to screen: stub until the rooms land."""
def measure(*_): raise RuntimeError("not yet")
