"""What a message claims was checked, the cure it names works as it stands, and it is harmless."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

import pytest
from support.oracle import expect
from support.template import ROOT

from registry import makefile, variables
from registry.entries import Entry
from registry.sync import marker

A = "processed_datasets/a"
COMMANDS = makefile.load()
EVIL = "An\x1b[31mna\x07\r\n\u202eevil\u2066"
LONG = "x" * 10**5
HARM = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def evil_marker(bucket, **values):
    marker = dict.fromkeys(("who", "host", "when", "commit"), EVIL)
    whole = {"state": "pushing", "token": "t", "files": 1, "bytes": 1, "digest": "", **marker}
    bucket.put(f".registry/{A}.json", json.dumps({**whole, **values}).encode())


@pytest.mark.parametrize("who", [EVIL, "\ud800", LONG])
def test_what_a_marker_says_is_read_harmlessly(bucket, who):
    """Where every command reads it; what they show of it comes next."""
    for state in ("pushing", "done", "torn"):
        evil_marker(bucket, state=state, who=who)
        held, _ = marker.read(bucket.client, Entry(*A.split("/")))
        assert held.state == state
        for value in (held.who, held.host, held.when, held.commit):
            assert not HARM.search(value) and len(value) <= marker.LONGEST
            value.encode()  # as it has to be to be shown


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("pushing", EVIL),
        ("done", EVIL),
        ("torn", EVIL),
        ("pushing", "\ud800"),
        ("torn", LONG),
    ],
)
def test_what_a_marker_says_is_shown_harmlessly(anna, bucket, state, who):
    anna.add(A, {"x": b"1"})
    expect(anna.script("push_entries"), 0)
    evil_marker(bucket, state=state, who=who)
    runs = [
        anna.script("show_status", "--all"), anna.script("show_status", "--all"),
        anna.script("unlock_entry", A), anna.script("pull_entries", A),
        anna.script("push_entries", A), anna.script("verify_entries", A),
    ]  # fmt: skip
    for run in runs:
        assert not HARM.search(run.said), run
        assert "a bug" not in run.said and "Traceback" not in run.said, run
        assert max(map(len, run.said.splitlines()), default=0) < 2000
        assert not any(line.startswith("na") for line in run.said.splitlines())


def test_who_we_are_is_shown_harmlessly_too(anna, ben, bucket):
    anna.add(A, {"x": b"1"})
    anna.git("config", "user.name", "An\x1b[31mna\u202e")
    expect(anna.push(), 0)
    marker = json.loads(bucket.get(f".registry/{A}.json"))
    assert marker["who"] == "An\\x1b[31mna\\u202e"
    expect(anna.push(), 0)
    ben.card(A)
    assert not HARM.search(expect(ben.make("status"), 0).said)


def test_a_dead_place_changes_nothing(anna, bucket):
    """It said "nothing was touched", with everybody's config rewritten."""
    before = anna.read(".dvc/config"), anna.read(".dvc/config.local")
    for words in ([], ["LOCAL=1"]):
        run = expect(
            anna.make("remote", "URL=s3://our/x", "ENDPOINT=http://127.0.0.1:9", *words), 2
        )
        assert "nothing was touched" in run.err, run
        assert (anna.read(".dvc/config"), anna.read(".dvc/config.local")) == before


def test_a_missing_bucket_is_made_by_the_line_that_it_says(anna, moto_bucket):
    anna.point_at(moto_bucket)
    server = moto_bucket.server
    words = ["URL=s3://still-to-be-made/x", f"ENDPOINT={server.endpoint}", "REGION=us-east-1"]
    env = keys(server)
    run = expect(anna.make("remote", *words, **env), 2)
    line = re.search("`([^`]*aws s3 mb [^`]*)`", run.err)[1]
    expect(anna.run("bash", "-c", f". .venv/bin/activate; {line}", **env), 0)
    expect(anna.make("remote", *words, **env), 0)


def keys(server):
    text = open(server.credentials_file).read()  # noqa: SIM115
    pairs = dict(re.findall(r"aws_(\w+) *= *(\S+)", text))
    return {f"AWS_{name.upper()}": value for name, value in pairs.items()}


def test_wrong_keys_of_the_environment_are_cured_there(anna, bucket):
    """`aws configure` would write a file that nobody reads then."""
    local = anna.path / ".dvc" / "config.local"
    text = re.sub(r"    (profile|credentialpath) = .*\n", "", local.read_text())
    local.write_text(text)
    server = bucket.server
    env = {"AWS_SHARED_CREDENTIALS_FILE": server.credentials_file, "AWS_PROFILE": server.profile}
    wrong = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "0" * 20}
    anna.proxy.when("GET").answer(403, "SignatureDoesNotMatch")
    run = expect(anna.pull(**env, **wrong), 1)
    assert "aws configure" not in run.err, run
    line = re.search("`(unset [^`]*)`", run.err)[1]
    anna.proxy.clear()
    expect(anna.run("bash", "-c", f"{line}; ./pull.sh processed_datasets/", **env, **wrong), 0)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://our/a b", "the prefix holds ' '"),
        ("s3://our/ä", "the prefix holds 'ä'"),
        ("s3://Our/a", "the bucket holds 'O'"),
        ("s3://our_team/a", "the bucket holds '_'"),
        ("s3://ab", "3 to 63 letters"),
        ("s3://-our/a", "none of . and - at its ends"),
        ("s3://our/a//b", "an empty part"),
        ("s3://our/../b", "'..'"),
        ("our/a", "it begins with 'our'"),
        ("https://our.s3.amazonaws.com/a", "it begins with 'https:'"),
        ("s3://arn:aws:s3:eu-west-1:1:accesspoint/ours/a", "alias"),
        ("arn:aws:s3:eu-west-1:1:accesspoint/ours", "alias"),
    ],
)
def test_a_refused_url_says_which_letter_or_form_it_is(anna, url, said):
    before = anna.read(".dvc/config")
    for command in ("remote", "init"):
        run = expect(anna.make(command, f"URL={url}"), 2)
        assert said in run.err and repr(url) in run.err, run
    assert anna.read(".dvc/config") == before


def test_a_clone_with_windows_line_ends_runs(anna, clone, bucket, tmp_path):
    """`core.autocrlf=true` gave `env: 'bash\\r': No such file`."""
    source = clone("source", samples=True)
    path = tmp_path / "crlf"
    command = ["git", "clone", "-q", "-c", "core.autocrlf=true", str(source.path), str(path)]
    subprocess.run(command, env=anna.env, check=True)
    (path / ".venv").symlink_to((anna.path / ".venv").resolve())
    (path / ".dvc" / "config.local").write_bytes(anna.read(".dvc/config.local"))
    for words in (["./pull.sh", "--help"], ["make", "-s", "check-cards"],
                  ["make", "-s", "status"], ["make", "-s", "hooks"]):  # fmt: skip
        run = subprocess.run(words, cwd=path, env=anna.env, capture_output=True, text=True)
        assert run.returncode == 0, run
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=path, env=anna.env, capture_output=True, text=True
    )
    assert changed.stdout == ""
    told = ["git", "ls-files", "--eol", "examples/store", "*.sh", "*.py", "Makefile"]
    kinds = subprocess.run(told, cwd=path, env=anna.env, capture_output=True, text=True).stdout
    assert "w/crlf" not in kinds


def test_changed_here_is_said_only_of_what_changed_here(anna, bucket):
    """Something on the way altered the bytes: pushing again would end the same way."""
    anna.add(A, {"x": b"1"})
    right, wrong = hashlib.md5(b"1").hexdigest().encode(), b"0" * 32
    anna.proxy.when("GET", "list-type").replace(lambda body: body.replace(right, wrong))
    run = expect(anna.push(A), 1)
    assert "S3 lists other bytes than were sent: x, which did not change here" in run.err, run
    assert "changed while being pushed" not in run.err, run
    anna.proxy.clear()
    expect(anna.push(A), 0)
    assert bucket.get(f"{A}/x") == b"1"


def next_step(here):
    told = expect(here.make("status", "FORMAT=json"), 0).out
    return next(step for step in json.loads(told)["next"] if "card" in step["why"])


def typed(here, step):
    return expect(here.run("bash", "-c", step["command"]), 0)


def test_where_a_missing_card_is_was_looked_up(anna, bucket):
    """`git pull` was the cure, also for a card that was renamed here."""
    anna.add(A, {"x": b"1"})
    expect(anna.push(A), 0)
    card = anna.read(f"{A}.card.md")
    anna.delete(A, f"{A}.card.md")
    step = next_step(anna)
    assert step["command"] == f"make card DATASET={A}" and "no card" in step["why"]
    typed(anna, step)

    anna.write(f"{A}.card.md", card)
    anna.git("add", "-A")
    anna.git("commit", "-qm", "its card")
    anna.git("init", "-q", "--bare", "../origin.git")
    anna.git("remote", "add", "origin", "../origin.git")
    anna.git("push", "-q", "-u", "origin", "HEAD:main")
    anna.git("reset", "-q", "--hard", "HEAD~")
    step = next_step(anna)
    assert step == {"command": "git pull", "why": "its card is in Git, and not here yet"}
    typed(anna, step)
    assert anna.read(f"{A}.card.md") == card

    anna.git("mv", f"{A}.card.md", "processed_datasets/b.card.md")
    anna.git("commit", "-qm", "Renamed by me")
    anna.git("push", "-q", "origin", "HEAD:main")
    step = next_step(anna)
    assert step["command"] == f"git log -1 --stat -- {A}.card.md", step
    assert "Renamed by me" in typed(anna, step).out


def commands_in_messages():
    """Each `make …` that a source says to type, whatever stands in its blanks."""
    for file in sorted((ROOT / "scripts").rglob("*.py")):
        joined = re.sub(r'"\s*\n\s*f?"', "", file.read_text())
        for command in re.findall(r"`make ([a-z][^`\n]*)`", joined):
            yield file.name, command


def test_what_a_message_says_to_type_is_a_command_that_takes_its_variables():
    every = [*commands_in_messages()]
    assert len(every) > 200
    for file, command in every:
        name = command.split()[0]
        assert name in COMMANDS, (file, command)
        given = set(re.findall(r"\b([A-Z][A-Z_]+)=", command))
        assert given <= {row.name for row in variables.taken_by(name)}, (file, command)


def test_no_pull_and_no_push_is_advised_where_there_is_nothing(anna):
    """`make verify` and `make add` said `make pull`, `make history` said `make push`: refused."""
    anna.card(A)
    raw = anna.card("raw_datasets/maps")
    (raw.parent / "maps.dvc").unlink(missing_ok=True)
    for words, code in ((["verify", f"DATASET={A}"], 3), (["history", f"DATASET={A}"], 3),
                        (["verify", "DATASET=maps"], 3), (["add", "DATASET=maps"], 3)):  # fmt: skip
        run = expect(anna.make(*words), 2)
        assert f"Error {code}" in run.err and "`make pu" not in run.err, run
    assert "0 entries" not in expect(anna.make("pull", f"DATASET={A}"), 2).err, "others are"
    assert "add SIGNED=1" in expect(anna.make("verify", "KEY=public.pem"), 2).err
    anna.write(f"{A}/x", b"1")
    typed = re.search("`(make push [^`]*)`", anna.make("history", f"DATASET={A}").err)[1]
    expect(anna.run("bash", "-c", typed), 0)


def test_a_merge_conflict_in_a_card_is_called_so_and_never_committed(anna):
    """It was "YAML: quote texts that hold …", and `git add … && git commit` was the advice."""
    card = f"{A}.card.md"
    anna.add(A, {"x": b"1"})
    text = anna.read(card).decode()
    for license, words in (("mit", ["-b", "side"]), ("cc0-1.0", ["-"]), ("bsl-1.0", [])):
        anna.write(card, re.sub("license: .*", f"license: {license}", text).encode())
        anna.git("add", "-A")
        anna.git("commit", "-qm", license)
        anna.git("checkout", "-q", *words)
    anna.run("git", "merge", "side")
    told = json.loads(expect(anna.make("status", "FORMAT=json"), 0).out)["next"]
    steps = {step["command"] for step in told}
    assert f"make check-cards DATASET={A}" in steps and "git add" not in str(steps), told
    said = expect(anna.make("check-cards", f"DATASET={A}"), 2)
    assert f"{card}:3: a merge conflict: take one side" in said.out and "1 error\n" in said.err
    run = anna.make("push")
    assert "a merge conflict" in run.err and f"git add -- {card}" not in run.err, run
    run = expect(anna.make("move", f"DATASET={A}", "TO=b"), 2)
    assert "a merge conflict" in run.err and (anna.path / card).exists(), run
    before = anna.read(card)
    for command in ("adopt", "check-cards"):
        anna.make(command, f"DATASET={A}", *(["FIX=1"] if command == "check-cards" else []))
    assert anna.read(card) == before
    for typed in re.findall("`(git [^`]*)`", said.out)[1:]:  # the other side's, and git add
        expect(anna.run("bash", "-c", typed), 0)
    assert b"license: cc0-1.0" in anna.read(card)
    expect(anna.make("check-cards", f"DATASET={A}"), 0)


TOOLS = r"((?:git|\.venv/bin/dvc|rm|chmod|ls|export|unset) [^`\n<]*)"


def other_commands_in_messages():
    """Each command of another tool that a text says to type, `x` in each of its blanks."""
    for file in sorted((ROOT / "scripts").rglob("*.py")):
        for text in texts_of(ast.parse(file.read_text())):
            whole = re.fullmatch(TOOLS, text) if file.name == "cures.py" else None
            for command in re.findall(f"`{TOOLS}`", f"`{text}`" if whole else text):
                yield file.name, re.sub(r"\{[^{}]*\}", "x", command)


def texts_of(tree):
    """Every text that is no docstring; what is filled in is an x."""
    parts = {id(part) for node in ast.walk(tree) for part in getattr(node, "values", ())
             if isinstance(node, ast.JoinedStr)}  # fmt: skip
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(getattr(part, "value", "") if isinstance(part, ast.Constant) else "x"
                          for part in node.values)  # fmt: skip
        elif isinstance(getattr(node, "value", None), str) and id(node) not in parts | told:
            yield node.value


def test_what_a_message_says_to_type_of_other_tools_is_a_command_of_theirs(tmp_path):
    """As far as each tool itself reads it: no such command, no such option, too few words."""
    from dvc.cli import parse_args

    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", "-C", tmp_path, *identity, *words], check=True)
    env = {"GIT_EDITOR": "true", "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    every = {*other_commands_in_messages()}
    assert len(every) > 30
    for file, command in sorted(every):
        words = shlex.split(command)
        if words[0].endswith("dvc"):
            parse_args(words[1:])
        elif words[0] == "git":
            run = subprocess.run(
                ["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True
            )
            assert run.returncode not in (127, 129), (file, run)
            assert not re.search("usage:|not a git command|unknown option", run.stderr), (file, run)
        else:
            assert subprocess.run(["bash", "-c", f"type {words[0]}"], stdout=-3).returncode == 0


@pytest.mark.parametrize(("to", "code"), [("/dev/full", 1), ("&-", 0)])
def test_results_that_could_not_be_written_are_no_success(tmp_path, to, code):
    """Python's own flush at its end said nothing of a full disk, and a closed output was a bug."""
    script = tmp_path / "say.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT / 'scripts')!r})\n"
        "from registry import console\n"
        "def main(words):\n"
        "    print('x' * 10, sys.stdout.isatty())\n"
        "    return 0\n"
        "sys.exit(console.run(main, 'status'))\n"
    )
    run = subprocess.run(
        ["bash", "-c", f"{sys.executable} {script} >{to}"], capture_output=True, text=True
    )
    assert run.returncode == code and "bug" not in run.stderr, run
    assert run.stderr == ("status: No space left on device\n" if code else ""), run
