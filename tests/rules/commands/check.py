"""Parses commands, a JSON list on standard input, with the AWS CLI's own parser, and sends nothing. On errors, prints them and exits with 1: a
service, command or option that does not exist, a value of the wrong form or outside its enum, a missing required option; a command that
deletes although the command before it may have failed, or was only an example."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import sys
import tempfile

import awscli.argparser
import awscli.clidriver

# Other programs that a rule's command may call.
FILTERS = {"jq"}
# Actions that a command may take only if the command before it succeeded (`&&`).
HARMFUL = re.compile(r"(delete|deregister|detach|disable|terminate|reset|remove)-")
PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
# A placeholder for facts that a rule's test does not list.
UNKNOWN = "1"


# Keys for both profiles; `lax` does not check the contents of files.
CONFIG = """[default]
aws_access_key_id = x
aws_secret_access_key = x
[profile lax]
aws_access_key_id = x
aws_secret_access_key = x
parameter_validation = false
"""


class Sent(BaseException):
    """The command was valid and would have been sent."""


def commands(line):
    """The simple commands of a line, each with the operator before it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    operator, words = "", []
    for token in lexer:
        if set(token) <= set("|&;<>"):
            yield operator, words
            operator, words = token, []
        else:
            words.append(token)
    yield operator, words


def wrong_enums(shape, value, path):
    """Enum errors, which neither the CLI nor botocore checks."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for key, member in value.items():
            yield from wrong_enums(shape.members[key], member, f"{path}.{key}")
    elif shape.type_name == "list" and isinstance(value, list):
        for member in value:
            yield from wrong_enums(shape.member, member, f"{path}[]")
    elif shape.type_name == "string" and shape.enum and value not in [*shape.enum, UNKNOWN]:
        yield f"{path} is {value!r}, none of {', '.join(shape.enum)}"


class Cli:
    def __init__(self):
        os.chdir(tempfile.mkdtemp())
        with open("config", "w", encoding="utf-8") as file:
            file.write(CONFIG)
        os.environ |= {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "none"}
        # Version 2 of the CLI does not accept abbreviated options.
        awscli.argparser.CLIArgParser._get_option_tuples = lambda *_: []
        self.drivers = {profile: self.driver() for profile in ("default", "lax")}

    def driver(self):
        driver = awscli.clidriver.create_clidriver()
        driver.session.register("provide-client-params.*.*", self.remember)
        driver.session.register("before-call.*.*", self.stop)
        return driver

    def remember(self, params, model, **_):
        self.params, self.model = params, model

    def stop(self, **_):
        raise Sent

    def wrong(self, words):
        files = [word.removeprefix("file://") for word in words if word.startswith("file://")]
        for name in files:
            with open(name, "w", encoding="utf-8") as file:
                file.write("{}")
        profile = "lax" if files else "default"
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            try:
                self.drivers[profile].main([*words, "--profile", profile])
            except Sent:
                return list(wrong_enums(self.model.input_shape, self.params, self.model.name))
            except SystemExit:
                pass
        return [" ".join(said.getvalue().split())[-300:]]


def settled(words):
    """Replaces placeholders that the CLI would not accept with values."""
    for before, word in zip(["", *words], words):
        if before == "--region" and PLACEHOLDER.fullmatch(word):
            yield "us-east-1"
        else:
            yield re.sub(r"DAYS(_[A-Z]+)*", "35", word).replace("UNKNOWN", UNKNOWN)


def mistakes(cli, line):
    example = False
    for operator, words in commands(line):
        if operator == ">":
            continue
        if words[0] in FILTERS and operator == "|":
            continue
        if words[0] != "aws":
            yield f"{words[0]} is no command that everyone has"
            continue
        # A command with a placeholder fails anyway.
        if HARMFUL.match(words[2]) and operator != "&&" and not any(PLACEHOLDER.fullmatch(word) for word in words):
            yield "does harm when the command before it failed"
        # A resource that is created from an example document may not replace what this command removes.
        if HARMFUL.match(words[2]) and example:
            yield "does harm when the example before it was not filled in"
        example = example or any(word.startswith(("{", "[")) for word in words)
        yield from cli.wrong(list(settled(words[1:])))


def main():
    cli = Cli()
    found = [f"{line}\n    {what}" for line in json.load(sys.stdin) for what in mistakes(cli, line)]
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
