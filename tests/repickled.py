"""The example's model in other bytes, for tests that deploy another model."""

from build.host import commands, interpreters


def other_model(built, unpacked, folder):
    """The example, pickled with another protocol: the same model in other bytes."""
    path = folder / "other.pkl"
    script = (
        "import pickle, sys\n"
        "with open(sys.argv[1], 'rb') as source, open(sys.argv[2], 'wb') as target:\n"
        "    pickle.dump(pickle.load(source), target, protocol=4)\n"
    )
    interpreter = interpreters.require(built.runtime, "This test")
    argv = [interpreter, "-S", "-s", "-B", "-c", script, built.example.model, path]
    commands.run(argv, env={"PYTHONPATH": str(unpacked)})
    return path
