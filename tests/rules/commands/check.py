"""Gives commands, a JSON list on standard input, to the AWS CLI's own parser, and stops before anything is sent. Ends with 1 and what is
wrong, if anything: a service, command or option that does not exist, a value of the wrong form or of no enum, a required one that is missing;
a command that deletes, though the one before it may have failed, or was only an example."""

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

# What else a rule's command may call.
FILTERS = {"jq"}
# What a command may do to a resource only when the one before it succeeded (`&&`).
HARMFUL = re.compile(r"(delete|deregister|detach|disable|terminate|reset|remove)-")
PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
# Stands for facts that a test of a rule does not list.
UNKNOWN = "1"


# Keys for both; `lax` leaves the contents of files to those who write them.
CONFIG = """[default]
aws_access_key_id = x
aws_secret_access_key = x
[profile lax]
aws_access_key_id = x
aws_secret_access_key = x
parameter_validation = false
"""


class Sent(BaseException):
    """The command was ready to be sent."""


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
    """Neither the CLI nor botocore looks at them."""
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
        # Version 2 of the CLI takes no option that is cut short.
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
    """With values in the place of those placeholders that the CLI would not take."""
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
        # A placeholder in it would fail, too.
        if HARMFUL.match(words[2]) and operator != "&&" and not any(PLACEHOLDER.fullmatch(word) for word in words):
            yield "does harm when the command before it failed"
        # What is made from a document that only shows the form need not replace what is taken away.
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
