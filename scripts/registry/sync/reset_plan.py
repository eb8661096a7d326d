"""Plans a reset: S3's state, whatever is here."""

from __future__ import annotations

from registry.errors import Refusal
from registry.sync import compare
from registry.sync.compare import Plan
from registry.sync.survey import Survey


def plan(survey: Survey) -> Plan:
    """Return a plan that fetches what differs, and sets aside what S3 does not have.

    Raises Refusal when S3 has nothing.
    """
    if not survey.remote:
        raise Refusal("S3 holds nothing for it: nothing to reset to, nothing touched")
    plan = Plan(compare.PULL)
    survey.plan(compare.PULL)  # reads the bytes it has to, all at once
    for path in sorted({*survey.local.files, *survey.remote}):
        if path not in survey.remote:
            plan.add(compare.TRASH, path)
        elif path not in survey.local.files or not _is_good(survey, path):
            plan.add(compare.FETCH, path)
        elif survey.base.rows.get(path) != survey.row(path):
            plan.add(compare.ADOPT, path)
    for path in survey.base.rows:
        if path not in survey.remote and path not in survey.local.files:
            plan.add(compare.FORGET, path)
    return plan


def _is_good(survey: Survey, path: str) -> bool:
    row, listed = survey.base.rows.get(path), survey.remote[path]
    known = row and row.etag == listed.etag and row.stat == survey.local.files[path]
    return bool(known) or survey.equal(path)
