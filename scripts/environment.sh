# shellcheck shell=sh
# Read by every shell script here: takes out of the environment what a person, or the Git hook of
# another repository, set there, and what would make git, Python or aws act on something else.
unset GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES \
  GIT_NAMESPACE GIT_PREFIX PYTHONPATH PYTHONHOME PYTHONSAFEPATH BASH_ENV ENV
