"""The sample registry: made again with the same bytes, used as its cards say, described truly."""

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import frontmatter
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / "examples" / "store"
GENERATOR = ROOT / "examples" / "make_samples.py"
SAMPLES = (ROOT / "examples" / "samples.txt").read_text().split()
RAW = "raw_datasets/lighthouse-logs"
PROCESSED = "processed_datasets/lighthouse-snippets"
MODEL = "champion_models/lighthouse-language"
RESULTS = "training_results/lighthouse-language"
EXPERIMENT = "experiments/lighthouse-words"

with_cards = pytest.mark.skipif(
    not any((ROOT / f"{sample}.card.md").exists() for sample in SAMPLES),
    reason="a registry of its own: `make init` took the samples out",
)


def run(*command, cwd, **env):
    """Run a program in an environment of the test's own; its stdout."""
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), "DVC_NO_ANALYTICS": "1", **env}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=env, capture_output=True, timeout=900
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def tree(folder):
    """Every file below the folder: path with slashes -> bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder into which the generator has written everything, the experiment too."""
    root = tmp_path_factory.mktemp("made")
    run(sys.executable, "-B", GENERATOR, "--root", root, cwd=root)
    run(sys.executable, "-B", GENERATOR, "--root", root, "--experiment", cwd=root)
    return root


@pytest.fixture(scope="module")
def pulled(made):
    """The same folder with the store's entries in place, the raw one pulled by DVC itself."""
    (made / ".dvc").mkdir()
    (made / ".dvc" / "config").write_text(
        "[core]\n    remote = store\n    no_scm = True\n"
        "['remote \"store\"']\n    url = ../examples/store/raw_datasets_dvc_cache\n"
        "    verify = true\n"
    )
    for section in ("processed_datasets", "champion_models", "training_results"):
        shutil.copytree(made / "examples" / "store" / section, made / section)
    dvc(made, "pull")
    return made


def dvc(root, *words):
    return run(
        sys.executable, "-m", "dvc", *words, cwd=root, DVC_SITE_CACHE_DIR=str(root / ".dvc/site")
    )


def card(entry):
    return frontmatter.load(str(ROOT / f"{entry}.card.md"))


def table_rows(entry):
    """The rows of all tables in a card, as lists of cells."""
    lines = re.findall(r"^\|(.*)\|$", card(entry).content, re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def code_blocks(entry):
    return re.findall(r"^```python\n(.*?)^```", card(entry).content, re.MULTILINE | re.DOTALL)


def read_json(*parts):
    return json.loads(Path(*parts).read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed, locale", [("0", "C"), ("1", "C.UTF-8")])
def test_every_run_gives_the_same_bytes(tmp_path, seed, locale):
    env = {"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": "Asia/Tokyo"}
    run(sys.executable, "-B", GENERATOR, "--root", tmp_path, cwd=tmp_path, **env)
    assert tree(tmp_path / "examples" / "store") == tree(STORE)
    assert set(tree(tmp_path)) - {f"examples/store/{path}" for path in tree(STORE)} == {
        "examples/samples.txt",
        f"{RAW}.dvc",
    }


def test_a_run_takes_out_what_an_earlier_one_left(tmp_path):
    stale = tmp_path / "examples" / "store" / "processed_datasets" / "old" / "file"
    stale.parent.mkdir(parents=True)
    stale.write_text("old")
    run(sys.executable, "-B", GENERATOR, "--root", tmp_path, cwd=tmp_path)
    assert tree(tmp_path / "examples" / "store") == tree(STORE)


def test_the_experiment_is_made_apart(tmp_path):
    run(sys.executable, "-B", GENERATOR, "--root", tmp_path, "--experiment", cwd=tmp_path)
    assert {"metrics.json", "weights/Español.json"} <= set(tree(tmp_path / EXPERIMENT))
    assert os.listdir(tmp_path) == ["experiments"]


def test_the_list_of_samples_is_one_entry_of_each_section(made):
    assert (made / "examples" / "samples.txt").read_text().split() == SAMPLES
    assert [RAW, PROCESSED, MODEL, RESULTS, EXPERIMENT] == SAMPLES


def test_the_store_looks_like_a_bucket_of_the_samples():
    entries = {"/".join(path.split("/")[:2]) for path in tree(STORE)}
    assert entries == {PROCESSED, MODEL, RESULTS, "raw_datasets_dvc_cache/files"}
    assert sum(map(len, tree(STORE).values())) < 600_000


def test_file_names_are_of_every_kind(pulled):
    for entry in (RAW, PROCESSED, MODEL, RESULTS):
        names = list(tree(pulled / entry))
        assert len(names) > 5
        assert any("/" in name for name in names)
        assert any(not name.isascii() for name in names)
        assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert any(" " in name for name in tree(pulled / RAW))
    assert any(" " in name for name in tree(pulled / PROCESSED))
    assert any(" " in name for name in tree(pulled / RESULTS))


def test_dvc_add_agrees_with_the_generator(pulled, tmp_path):
    """Real DVC, given the same files, writes the same .dvc file and the same objects."""
    shutil.copytree(pulled / RAW, tmp_path / RAW)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("[core]\n    no_scm = True\n")
    dvc(tmp_path, "add", RAW)
    assert (tmp_path / f"{RAW}.dvc").read_bytes() == (pulled / f"{RAW}.dvc").read_bytes()
    cache = tree(tmp_path / ".dvc" / "cache" / "files" / "md5")
    assert cache == tree(STORE / "raw_datasets_dvc_cache" / "files" / "md5")


@with_cards
def test_the_dvc_file_here_names_the_objects_in_the_store(made):
    text = (ROOT / f"{RAW}.dvc").read_bytes()
    assert text == (made / f"{RAW}.dvc").read_bytes()
    out = yaml.safe_load(text)["outs"][0]
    said = f"{out['nfiles']} files, {out['size']:,} bytes"
    assert said in card(RAW).content


@with_cards
def test_three_lines_of_the_card_load_and_use_the_model(pulled):
    (code,) = code_blocks(MODEL)
    assert len(code.splitlines()) == 3
    before = tree(pulled / MODEL)
    answer = run(sys.executable, "-c", code, cwd=pulled).strip()
    assert answer == code.rpartition("#")[2].strip() == "fr"
    assert tree(pulled / MODEL) == before, "using the model leaves nothing in its folder"


SENTENCES = {
    "Ich weiß nicht, wo mein Bruder wohnt.": "de",
    "The children are playing in the street.": "en",
    "Mi hermana trabaja en una escuela muy grande.": "es",
    "Nous avons mangé des pommes dans le jardin.": "fr",
    "Questa mattina ho comprato il pane e il latte.": "it",
    "Mijn broer heeft een nieuwe fiets gekocht.": "nl",
}


@pytest.mark.parametrize("sentence, language", SENTENCES.items())
def test_the_model_knows_sentences_about_other_things(pulled, sentence, language):
    code = "import runpy, sys; print(runpy.run_path(sys.argv[1])['language_of'](sys.argv[2]))"
    script = pulled / MODEL / "predict.py"
    env = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    assert run(sys.executable, "-c", code, script, sentence, cwd=pulled, **env).strip() == language


@with_cards
@pytest.mark.parametrize("entry, name", [(RAW, "days"), (PROCESSED, "train")])
def test_the_datasets_load_as_their_cards_say(pulled, entry, name):
    (code,) = code_blocks(entry)
    printed = run(sys.executable, "-c", f"{code}\nprint(len({name}))", cwd=pulled)
    assert int(printed) == {"days": 180, "train": 6}[name]


def test_no_snippet_is_in_two_splits_or_two_languages():
    files = {p: b.decode().splitlines() for p, b in tree(STORE / PROCESSED).items() if "/" in p}
    snippets = [snippet for of_language in files.values() for snippet in of_language]
    assert len(snippets) == len(set(snippets)) > 4000


@with_cards
def test_the_sizes_in_the_card_are_those_of_the_files():
    sizes = read_json(STORE / PROCESSED, "labels and sizes.json")
    rows = table_rows(PROCESSED)
    for split, of in sizes["snippets"].items():
        assert [split, *map(str, [sum(of.values()), *of.values()])] in rows
        for code, name in sizes["languages"].items():
            lines = (STORE / PROCESSED / split / f"{name}.txt").read_text(encoding="utf-8")
            assert len(lines.splitlines()) == of[code]


@with_cards
def test_the_metrics_in_the_cards_are_those_of_the_run(made):
    metrics = read_json(STORE / RESULTS, "metrics.json")
    test, rows = metrics["test"], table_rows(RESULTS)
    assert ["accuracy", f"{metrics['validation']['accuracy']:.4f}", four(test["accuracy"])] in rows
    assert ["macro_f1", "", four(test["macro_f1"])] in rows
    assert ["", *map(four, test["accuracy_by_language"].values())] in rows
    words = read_json(made / EXPERIMENT, "metrics.json")["test"]
    for (name, letters), (_, other) in zip(flat(test), flat(words), strict=True):
        assert [name, letters] in table_rows(MODEL)
        assert [name, other, letters] in table_rows(EXPERIMENT)


def flat(test):
    """The rows that a card shows of the metrics on the test split."""
    yield "accuracy", four(test["accuracy"])
    yield "macro_f1", four(test["macro_f1"])
    for words, accuracy in test["accuracy_by_words"].items():
        yield f"accuracy on {words} word{'s' * (words != '1')}", four(accuracy)


def four(number):
    return f"{number:.4f}"


@with_cards
def test_accuracies_in_the_text_are_in_the_log():
    log = (STORE / RESULTS / "logs" / "training.log").read_text()
    said = re.search(r"Runs of one letter.*?little to gain", card(RESULTS).content, re.DOTALL)
    numbers = re.findall(r"0\.\d{4}", said.group())
    best = [max(re.findall(rf"order {n} .*?(0\.\d{{4}})\n", log)) for n in range(1, 6)]
    assert numbers == best


def test_metrics_follow_from_the_model_and_the_test_split(pulled):
    """Counted here again with the model as users call it, not with the training's own code."""
    code = (
        "import json, pathlib, runpy\n"
        f"f = runpy.run_path('{MODEL}/predict.py')['language_of']\n"
        f"test = pathlib.Path('{PROCESSED}')\n"
        "names = json.loads((test / 'labels and sizes.json').read_text('utf-8'))['languages']\n"
        "hits = [f(s) == c for c, n in names.items()\n"
        "        for s in (test / 'test' / (n + '.txt')).read_text('utf-8').splitlines()]\n"
        "print(len(hits), round(sum(hits) / len(hits), 4))"
    )
    test = read_json(STORE / RESULTS, "metrics.json")["test"]
    printed = run(sys.executable, "-c", code, cwd=pulled)
    assert printed.split() == [str(test["snippets"]), str(test["accuracy"])]


@with_cards
def test_the_code_at_the_commit_in_the_cards_makes_these_bytes(tmp_path):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    ask = ["git", "-C", ROOT, "rev-parse", "--is-shallow-repository"]
    if subprocess.run(ask, env=env, capture_output=True).stdout != b"false\n":
        pytest.skip("no history here")
    (commit,) = {card(entry)["code"]["commit"] for entry in (PROCESSED, RESULTS, EXPERIMENT)}
    archive = tmp_path / "examples.tar"
    run("git", "-C", ROOT, "archive", "-o", archive, commit, "examples", cwd=tmp_path)
    shutil.unpack_archive(archive, tmp_path)
    run(*card(RESULTS)["code"]["command"].replace("python", sys.executable).split(), cwd=tmp_path)
    assert tree(tmp_path / "examples" / "store") == tree(STORE)


def test_the_readme_names_every_sample_and_every_module():
    text = (ROOT / "examples" / "README.md").read_text()
    assert [sample for sample in SAMPLES if f"`{sample}`" not in text] == []
    modules = [path.name for path in (ROOT / "examples").glob("*.py")]
    assert [module for module in modules if module not in text] == []
