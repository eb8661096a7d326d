"""The README is true: every command in it runs, word for word, and every command is in it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from support import session
from support.checkout import Checkout
from support.oracle import expect
from support.own_store import OwnStore
from support.template import ROOT

from registry import variables

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.S)
TABLE = "\n".join(re.findall(r"^\| [^|]+ \| (.*) \|$", README, re.M))
DAILY = list(dict.fromkeys(re.findall(r"`((?:make|\./)[^`]*)`", TABLE)))
# Those that stand for a name of the reader's own.
OWN_NAMES = ["make restore ID=…", "make remove DATASET=training_results/x CONFIRM=x",
             "make card DATASET=section/x", "make publish",
             "make bom DATASET=champion_models/x",
             "make sign DATASET=champion_models/x KEY=private.pem",
             "make verify SIGNED=1 KEY=public.pem",
             "make rollback DATASET=champion_models/x TO=version"]  # fmt: skip
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][a-z-]*):.* ## ", MAKEFILE, re.M))
VARIABLES = {row.name for row in variables.table()}

pytestmark = pytest.mark.xdist_group("readme")
LOG = "training_results/lighthouse-language/logs/training.log"


def block(first: str) -> str:
    """The commands of the block that begins with this line, as one script."""
    fitting = [text for text in BLOCKS if text.startswith(first)]
    assert len(fitting) == 1, first
    return fitting[0]


def shell(checkout: Checkout, script: str, **env: str):
    return expect(checkout.run("bash", "-euo", "pipefail", "-c", script, **env), 0)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    clone = OwnStore(tmp_path_factory.mktemp("readme") / "registry", venv=False)
    whole_venv(clone.path / ".venv")
    shell(clone, "make pull")
    yield clone
    clone.close()


def whole_venv(folder: Path) -> None:
    """This one, with everything noted as installed: the tools of the tests are all there are."""
    folder.mkdir()
    for part in [*session.venv().iterdir(), *ROOT.glob("requirements*.txt")]:
        if not (folder / part.name).exists():
            (folder / part.name).symlink_to(part)


def test_try_it(fresh):
    """`make test` is this very run: it is looked at, not started again."""
    commands = block("make pull").splitlines()
    assert commands == ["make pull", "make test"]
    shell(fresh, "make pull; make -n test")
    assert (fresh.path / "champion_models/lighthouse-language/predict.py").exists()


def test_look_around(fresh):
    said = shell(fresh, block("make\n"), USER="anna").said
    assert "1 file sent" in said and "changed here" in said
    assert "replaced by `make reset`" in said
    assert fresh.read(LOG).endswith(b"seen by anna\n")
    id = re.search(r"(\S+)  training_results/lighthouse-language ", said)[1]
    shell(fresh, f"make restore ID={id}")  # they change places


@pytest.mark.parametrize(
    "command",
    [
        *(command for command in DAILY if command not in OWN_NAMES),
        "make status ALL=1 FORMAT=json",
        "make status DATASET=lighthouse-logs",
        "make remote",
        "make hooks",
        "make seal",
        *(f"make {verb} DRY_RUN=1 DATASET=lighthouse-snippets" for verb in ("push", "reset")),
        "make pull DRY_RUN=1 FULL=1",
    ],
)
def test_every_day(fresh, command):
    shell(fresh, command)


def test_the_commands_with_a_name_of_ones_own(fresh):
    assert set(OWN_NAMES) <= set(DAILY)
    entry = "training_results/x"
    shell(fresh, OWN_NAMES[2].replace("section/x", entry))
    assert b"pretty_name: TODO" in fresh.read(f"{entry}.card.md")
    for named in ("raw_datasets/base", "experiments/scratch"):
        fresh.card(named)
    fresh.add(entry, {"log": b"1"})
    shell(fresh, f"make push DATASET={entry} || [ $? = 2 ]")  # an experiment without a line
    shell(fresh, OWN_NAMES[1])
    listed = shell(fresh, "make trash").out
    assert entry not in {str(path) for path in fresh.tree()}
    shell(fresh, OWN_NAMES[0].replace("…", re.search(rf"(\S+)  {entry} ", listed)[1]))
    assert fresh.read(f"{entry}/log") == b"1"


def test_start_your_own(moto_server, tmp_path):
    """In a clone with its samples pulled, against a bucket that is real enough."""
    own = OwnStore(tmp_path / "registry")
    shell(own, "make pull")
    env = {
        "AWS_ENDPOINT_URL": moto_server.endpoint,
        "AWS_SHARED_CREDENTIALS_FILE": moto_server.credentials_file,
        "AWS_PROFILE": moto_server.profile,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    shell(own, ".venv/bin/aws s3 mb s3://our-bucket", **env)
    look, start, ours = block(". .venv"), block("make init"), block("git remote rename")
    assert own.run("bash", "-c", look, **env).code == 1  # aws's way to say that it is empty
    said = shell(own, start, **env).said
    assert "sample entries taken out" in said and "make store-stop" in said
    assert own.git("status", "--porcelain") == ""
    assert dead_links(own.path) == []
    own.git("init", "-q", "--bare", "../our-registry.git")
    shell(own, ours)
    shell(own, "make pull; make push; git fetch upstream; make update", **env)
    own.close()


def dead_links(root: Path) -> list[str]:
    """What pages point to that is not there."""
    pages = [root / "README.md", *root.glob("docs/*.md"), root / "examples" / "README.md",
             root / "CONTRIBUTING.md"]  # fmt: skip
    links = [
        (page, link.partition("#")[0])
        for page in pages
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text())
        if "://" not in link
    ]
    return [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()]


def test_newer_versions_come_by_merging(fresh, tmp_path):
    upstream, registry = tmp_path / "data-registry", tmp_path / "ours"
    shutil.copytree(fresh.path, upstream, symlinks=True)
    shell(fresh, f"git clone -q {upstream} {registry}")
    whole_venv(registry / ".venv")
    script = "echo '# later' >> Makefile; git commit -qam 'A later version'"
    shell(fresh, f"cd {upstream}; {script}")
    shell(fresh, f"cd {registry}; echo x > champion_models/x.card.md; git add -A; git commit -qm x")
    shell(fresh, f"cd {registry}; git remote rename origin upstream; {block('git fetch')}")
    assert "# later" in (registry / "Makefile").read_text()


def test_what_it_says_to_type_exists():
    typed = re.findall(r"`make ([^`]+)`", README)
    for words in typed:
        for word in words.split(" "):
            name, is_variable, _ = word.partition("=")
            if is_variable and name.isupper():
                assert name in VARIABLES, words
        assert words.split(" ")[0] in TARGETS or words.split("=")[0] in VARIABLES, words


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_command_is_told_of(target):
    """In the README, or in a page of docs/ or CONTRIBUTING that it points to."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    assert any(f"make {target}" in page.read_text() for page in pages)
