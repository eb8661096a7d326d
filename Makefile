# Every command of the registry. Bare `make` prints them; `make help CMD=pull` explains one.
# Runs with GNU make 3.81 or newer, and bash 3.2 or newer.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# What of a person's shell, or of a Git hook that runs make, would turn the scripts to something else.
unexport BASH_ENV ENV CDPATH PYTHONPATH PYTHONHOME PYTHONSAFEPATH \
  GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY \
  GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE GIT_PREFIX

# What a person may set: a row NAME,command,… for each of scripts/registry/variables.txt. A value
# reaches the scripts through the environment, to the letter: without the last foreach make would
# expand it, and run what a $(shell …) in it says.
rows := $(shell sed -n '/^[A-Z]/{s/ | [^|]* | / /;s/ |.*//;s/ /,/g;p;}' scripts/registry/variables.txt)
comma := ,
fields = $(subst $(comma), ,$1)
VARIABLES := $(sort $(foreach row,$(rows),$(firstword $(call fields,$(row)))))

# A mistyped command, a mistyped variable or one that the command does not take stops make before
# anything is done. Only names are looked at here, never values, and the shell gets them quoted.
goals := $(shell sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' '$(firstword $(MAKEFILE_LIST))')
asked := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))
given := $(foreach v,$(.VARIABLES),$(if $(filter-out command line,$(origin $(v))),,$(v)))
taken = $(filter any $(asked),$(call fields,$(filter $1$(comma)%,$(rows))))
unknown := $(filter-out $(goals),$(MAKECMDGOALS)) \
  $(foreach v,$(given),$(if $(call taken,$(v)),,$(v)=))
quoted = $(foreach word,$1,'$(subst ','\'',$(word))')
$(if $(strip $(unknown)),$(shell unset BASH_ENV; "$${PYTHON:-python3}" -E scripts/suggest_spelling.py \
  $(call quoted,$(unknown)) -- $(call quoted,$(asked)))$(error nothing was done))

$(foreach v,$(VARIABLES),$(if $(filter-out undefined default,$(origin $(v))),\
  $(eval override $(v) := $$(value $(v)))$(eval export $(v))))

setup := scripts/setup.sh
run := $(setup) && .venv/bin/python scripts
dataset := $${DATASET:+"$$DATASET"}

.PHONY: $(goals)

help: ## print the commands, one line each (CMD=pull explains one)
	@[ -z "$$CMD" ] || exec "$${PYTHON:-python3}" -E scripts/explain_command.py "$$CMD"; \
	[ -n "$$CMD" ] || grep -E '^[a-z-]+:.*## |^##@' Makefile | while IFS= read -r line; do \
	  case $$line in \
	    '##@ '*) printf '\n%s\n' "$${line#'##@ '}" ;; \
	    *) printf '  make %-18s %s\n' "$${line%%:*}" "$${line#*'## '}" ;; \
	  esac; done

##@ Every day
pull: ## bring everything here up to date with S3 (DATASET="a section/b" for some, WITH=deps)
	@./pull.sh $(dataset)

push: ## send what changed here to S3 (DATASET="a section/b" for some)
	@./push.sh $(dataset)

status: ## how every entry is here and in S3, and what to type next (DATASET=x ALL=1 FORMAT=json)
	@$(run)/show_status.py $${ALL:+"--all=$$ALL"} $${FORMAT:+"--format=$$FORMAT"} -- $(dataset)

ls: ## list an entry's files, from S3 or from here (DATASET=x PATTERN=*.csv SORT=size FORMAT=json)
	@$(run)/list_files.py $${PATTERN:+"--pattern=$$PATTERN"} $${SORT:+"--sort=$$SORT"} \
	  $${OFFLINE:+"--offline=$$OFFLINE"} $${FORMAT:+"--format=$$FORMAT"} -- $(dataset)

compare: ## compare runs or models: settings that differ, metrics (DATASET="a b" FORMAT=json)
	@$(run)/compare_runs.py $${OFFLINE:+"--offline=$$OFFLINE"} $${FORMAT:+"--format=$$FORMAT"} -- $(dataset)

reset: ## bring one entry back to what the registry holds (DATASET=x)
	@$(run)/reset_entry.py $(dataset)

add: ## make a raw dataset's folder its new version, by dvc add (DATASET=x)
	@$(run)/add_entry.py $(dataset)

verify: ## read every byte here and compare it with S3 (SIGNED=1 KEY=public.pem: and who signed it)
	@$(run)/verify_entries.py $(dataset)

catalog: ## build the static site in _site/ (PREVIEW=1 STATUS=1 OUT=folder URL=https://… PUBLIC=1)
	@$(setup) catalog && .venv/bin/python scripts/build_catalog.py $${OUT:+"--out=$$OUT"} \
	  $${URL:+"--url=$$URL"} $${STATUS:+"--status=$$STATUS"} $${OFFLINE:+"--offline=$$OFFLINE"} \
	  $${PUBLIC:+"--public=$$PUBLIC"} $${PREVIEW:+"--preview=$$PREVIEW"} $${TITLE:+"--title=$$TITLE"} \
	  -- $(dataset)

##@ Cards
check-cards: ## check every card, or DATASET=x (FIX=1 repairs, REMOTE=1 asks S3, FORMAT=json|github)
	@$(run)/check_cards.py $${FIX:+"--fix=$$FIX"} $${REMOTE:+"--remote=$$REMOTE"} $${FORMAT:+"--format=$$FORMAT"} -- $(dataset)

check-experiments: ## check the rules of experiments/ (FIX=1 repairs, REMOTE=1 asks S3)
	@$(run)/check_experiments.py $${FIX:+"--fix=$$FIX"} $${REMOTE:+"--remote=$$REMOTE"} $${FORMAT:+"--format=$$FORMAT"}

debt: ## list the problems of old cards in cards.debt once; later take out what was mended
	@$(run)/record_debt.py

card: ## make a new entry's card (DATASET=section/x FROM="section/y …" CODE=path)
	@$(run)/make_card.py $${FROM:+"--from=$$FROM"} $${CODE:+"--code=$$CODE"} -- $(dataset)

adopt: ## give old cards the front matter that they lack, or DATASET=x (LICENSE=id for those without)
	@$(run)/adopt_cards.py $${LICENSE:+"--license=$$LICENSE"} -- $(dataset)

card-export: ## write a card as the README.md of a Hugging Face repository (DATASET=x OUT=folder)
	@$(run)/export_card.py $${OUT:+"--out=$$OUT"} -- $(dataset)

vocab: ## renew the Hub's lists of licenses, tasks, libraries, languages (FROM=one of the Hub's files)
	@$(run)/renew_vocabulary.py $${FROM:+"$$FROM"}

hooks: ## install Git hooks that check what is committed and pushed
	@$(run)/install_hooks.py

##@ Used from outside
consumer: ## write the module by which another repository uses this registry (OUT=folder ALIAS=NAME)
	@$(run)/write_consumer.py $${OUT:+"--out=$$OUT"} $${ALIAS:+"--alias=$$ALIAS"}

##@ Entries
publish: ## give everybody what public.yml names, as licenses allow (DRY_RUN=1 FULL=1)
	@$(run)/publish_entries.py

sign: ## sign what an entry holds, by a key of your own (DATASET=section/x KEY=private.pem)
	@$(run)/sign_entry.py $(dataset)

bom: ## write an entry's bill of materials, CycloneDX 1.6 (DATASET=section/x OUT=file)
	@$(run)/make_bom.py $${OUT:+"--out=$$OUT"} -- $(dataset)

move: ## rename, promote or demote (DATASET=section/old TO=section/new RESULTS=sub REPLACE=1 UNDO=1)
	@$(run)/move_entry.py $${RESULTS:+"--results=$$RESULTS"} -- "$${DATASET:-}" "$${TO:-}"

remove: ## remove entries everywhere, into the trash (DATASET="section/x section/y" CONFIRM="x y")
	@$(run)/remove_entry.py $(dataset)

free: ## give disk back, once S3 holds every byte (DATASET="a section/b", UNUSED=30d, NEED=50G)
	@$(run)/free_entries.py $(dataset)

retire: ## say in its card that an entry is not to be used any more (DATASET=x WHY="…" BY=section/new)
	@$(run)/retire_entry.py $(dataset)

seal: ## mark entries that are the same here and in S3 as whole (DATASET=x)
	@$(run)/seal_entries.py $(dataset)

unlock: ## release an entry whose pusher died (DATASET=x, then CONFIRM=x)
	@$(run)/unlock_entry.py $(dataset)

history: ## who sealed what of an entry, when, and what that changed (DATASET=x LAST=20 FORMAT=json)
	@$(run)/show_history.py $${LAST:+"--last=$$LAST"} $${FORMAT:+"--format=$$FORMAT"} -- $(dataset)

diff: ## which files differ, here from S3 or a version from another (DATASET=x TO=version TEXT=1)
	@$(run)/diff_entry.py $${TEXT:+"--text=$$TEXT"} $${FORMAT:+"--format=$$FORMAT"} -- $(dataset)

rollback: ## make an old version of an entry its new state in S3 (DATASET=x TO=version)
	@$(run)/rollback_entry.py $(dataset)

trash: ## list what was set aside instead of being deleted
	@$(run)/list_trash.py

restore: ## bring back what was set aside (ID=…)
	@$(run)/restore_trash.py $${ID:+"$$ID"}

##@ This registry
doctor: ## prove that everything works here and in S3, with the cure for what does not
	@$(run)/run_doctor.py

remote: ## show where the registry is, or set it (URL=s3://bucket/prefix)
	@$(run)/set_remote.py

init: ## make this clone a registry of your own (URL=s3://bucket/prefix, FROM=repository, UNDO=1)
	@$(run)/init_registry.py

update: ## take over a newer version of these scripts (FROM=upstream/main)
	@$(run)/merge_update.py $${FROM:+"$$FROM"}

store: ## start this machine's embedded store, and say where it is
	@$(run)/serve_store.py start

store-stop: ## stop the embedded store; its data stay
	@$(run)/serve_store.py stop

##@ Its developers
check: ## lint, types, shell, and the registry's own cards
	@$(setup) dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/shellcheck *.sh scripts/*.sh scripts/hooks/* .ci/run
	@.venv/bin/python scripts/check_cards.py
	@.venv/bin/python scripts/check_experiments.py

test: ## run the tests, in temporary clones, on stores of their own
	@$(setup) dev
	@.venv/bin/python -m pytest -n auto --dist loadgroup

bench: ## measure the daily commands beside other tools (WORK="BIG MIXED MANY LATENCY" or ALL)
	@$(setup) bench
	@.venv/bin/python benchmarks/run.py $${WORK:+"$$WORK"}

lock: ## pin the newest requirements, with hashes (needs uv)
	@for name in requirements requirements-uv requirements-catalog requirements-previews \
	  requirements-dev requirements-bench requirements-sign; do \
	  uv pip compile -q --upgrade --universal --python-version 3.10 --generate-hashes \
	    --custom-compile-command "make lock" $$name.in -o $$name.txt; done
