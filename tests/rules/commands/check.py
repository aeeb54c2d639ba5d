"""Parses commands with the AWS CLI's own parser, and sends nothing. Standard input is a JSON list of pairs: a rule's id and its command. On errors,
prints them and exits with 1: a service, command or option that does not exist, a value of the wrong form or outside its enum, a missing required
option, a `--query` for what the answer does not have; a command that does harm (harm.py), in any case or if the command before it failed or was
only an example. With `--all`, also an exception for harm that no command needs."""

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
import jmespath

from harm import EXCEPTIONS, harms

# Other programs that a rule's command may call, and the operator before them.
OTHERS = {("|", "jq"), ("||", "echo")}
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


# After this command, the CLI's driver looks for its options in every other command of Amazon EC2.
CHANGES_DRIVER = ["ec2", "modify-instance-attribute"]

# The id of resources in the rules' own tests, and one that is long enough for every service.
TEST_ID = ("test", "test-0123456789abcdef")


class Sent(BaseException):
    """The command was valid and would have been sent."""


def commands(line):
    """The simple commands of a line, each with the operator before it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    operator, words = "", []
    for token in lexer:
        if token and set(token) <= set("|&;<>"):
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


def members(shape, seen=()):
    """The names of all members at any depth."""
    if shape is None or shape.name in seen:
        return set()
    seen = (*seen, shape.name)
    if shape.type_name == "structure":
        return set(shape.members).union(*(members(member, seen) for member in shape.members.values()))
    if shape.type_name == "list":
        return members(shape.member, seen)
    return members(shape.value, seen) if shape.type_name == "map" else set()


def fields(node):
    """The names that a parsed JMESPath expression looks for; not those that it gives its own results."""
    if node["type"] == "field":
        yield node["value"]
    for child in node["children"]:
        yield from fields(child)


def wrong_queries(words, shape):
    known = members(shape)
    for before, word in zip(words, words[1:]):
        if before == "--query":
            for name in fields(jmespath.compile(word).parsed):
                if name not in known:
                    yield f"--query {word}: the answer has no {name}"


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
                return [*wrong_enums(self.model.input_shape, self.params, self.model.name), *wrong_queries(words, self.model.output_shape)]
            except SystemExit:
                pass
            finally:
                if words[:2] == CHANGES_DRIVER:
                    self.drivers[profile] = self.driver()
        return [" ".join(said.getvalue().split())[-300:]]


def settled(words):
    """Replaces placeholders that the CLI would not accept with values."""
    for before, word in zip(["", *words], words):
        if before == "--region" and PLACEHOLDER.fullmatch(word):
            yield "us-east-1"
        elif word == TEST_ID[0]:
            yield TEST_ID[1]
        else:
            yield re.sub(r"DAYS(_[A-Z]+)*", "35", word).replace("UNKNOWN", UNKNOWN)


def mistakes(cli, rule, line, used):
    example = False
    for operator, words in commands(line):
        if operator == ">":
            continue
        if (operator, words[0]) in OTHERS:
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
        wrong = cli.wrong(list(settled(words[1:])))
        yield from wrong
        if wrong:
            continue
        action = f"{words[1].removesuffix('api')}:{cli.model.name}"
        for what in harms(words[1].removesuffix("api"), cli.model.name, cli.params):
            if (rule, action) in EXCEPTIONS:
                used.add((rule, action))
            else:
                yield f"does harm: {what}"


def main():
    cli, used = Cli(), set()
    found = [f"{line}\n    {what}" for rule, line in json.load(sys.stdin) for what in mistakes(cli, rule, line, used)]
    if "--all" in sys.argv:
        found += [f"no command needs the exception for {' '.join(exception)} any more" for exception in EXCEPTIONS.keys() - used]
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
