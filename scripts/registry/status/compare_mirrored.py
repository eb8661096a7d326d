"""Compares the three sides of a mirrored entry, where its marker and stats cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

from registry.entries import Amount, Entry
from registry.index import baseline
from registry.index.scan import Scan
from registry.status import states
from registry.status.cache import too_much
from registry.status.known import Known
from registry.status.states import Judgement
from registry.sync import compare
from registry.sync.compare import Plan
from registry.sync.survey import Survey


@dataclass
class MirroredComparison:
    """One entry: what is here, what was verified, what S3 holds."""

    known: Known
    entry: Entry

    def judge(self, local: Scan) -> Judgement:
        """Compare the entry path by path; UNREAD where too much of it would have to be read."""
        survey = self._survey(local)
        remote = _amount_stored(survey)
        if not local.files:
            nothing = states.REMOVED if survey.base.rows else states.NOTHING
            return Judgement([states.NOT_HERE if survey.remote else nothing], remote)
        if too_much(survey.local, survey.doubtful()):
            return _unread(survey, remote)
        plan = survey.plan(compare.PULL)
        judged = states.of_plan(plan, bool(survey.base.rows), remote)
        judged.said = survey.outside_news
        if states.NEWER in judged.states:
            _note_in_the_way(judged, survey, plan)
        if judged.states == [states.UP_TO_DATE]:
            judged.states = [self.known.well]
        return judged

    def _survey(self, local: Scan) -> Survey:
        """The three sides, with no more requests than the marker asks for."""
        session, etags = self.known.session, self.known.etags
        survey = Survey(self.entry, session, local=local)
        survey.base = baseline.load(self.entry, session.remote.identity, survey.numbers)
        tag = None if etags is None else etags.get(str(self.entry), "")
        if tag is None or (survey.base.marker == tag != "" and not session.options.full):
            survey.trust_marker()
        elif tag == "":
            survey.look_again()  # the listing of the markers has none for it
        else:
            survey.look_there()
        return survey


def _note_in_the_way(judged: Judgement, survey: Survey, plan: Plan) -> None:
    """Note the first path for which a pull would be refused, and what it would say."""
    from registry.sync import guards, refusals

    if first := next(guards.of_other_kind(survey, plan), None):
        judged.in_the_way = first[0]
        judged.said = str(refusals.other_kind(*first))


def _amount_stored(survey: Survey) -> Amount | None:
    """None where the baseline stands for the listing and does not know a size: the marker does."""
    sizes = [row.size for row in survey.remote.values()]
    return Amount(len(sizes), sum(sizes)) if all(size < 2**63 for size in sizes) else None


def _unread(survey: Survey, remote: Amount | None) -> Judgement:
    """So much may have changed that a push or a pull should read it: whichever brings news on."""
    if not survey.agrees():
        return Judgement([states.UNREAD], remote)
    change = states.Change()
    change.add(sorted({path for path, _ in survey.doubtful()}))
    return Judgement([states.CHANGED], remote, {states.CHANGED: change})
