"""Says what a pickled dict, list or tuple holds. Runs under the target's interpreter."""

MOST = 5  # things that are named


def describe_container(value):
    """What it holds, in words: "a dict with a RandomForestRegressor under 'model'"."""
    kind = type(value).__name__
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    where = "under" if isinstance(value, dict) else "at"
    shown = [f"{article(each)} {where} {key!r}" for key, each in pairs[:MOST]]
    if not shown:
        return f"an empty {kind}"
    if len(pairs) > MOST:
        shown.append(f"{len(pairs) - MOST} more")
    return f"a {kind} with {', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else f"a {kind} with {shown[0]}"


def article(value):
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
