"""The protocol's rules as switches: all on is the protocol, one off is a mutant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Every field says what the protocol does; a mutant leaves that one thing out."""

    record_placed_only: bool = True  # the baseline learns placed paths, not the whole plan
    stat_at_plan: bool = True  # a file is replaced only if it is the one the plan looked at
    own_push_blocks_pull: bool = True  # an unfinished push of one's own is unfinished too
    version_is_of_the_listed: bool = True  # and not of what is here when the marker is written
    recheck: bool = True  # LIST and marker again after the download
    conditional_marker: bool = True  # the marker is taken only from the state that was read
    marker_first: bool = True  # a LIST counts that the marker read after it vouches for, or a later
    deletes_last: bool = True  # no delete before every upload was verified
    absence_is_no_deletion: bool = True  # an empty folder or a short LIST deletes nothing
    restat: bool = True  # a pushed file that changed under the upload is not recorded
    touch: bool = True  # mtime moves past the remote's where aws would skip the file
    folders_go_once: bool = True  # a folder that several files vanished of is removed once
    emptied_folders_go: bool = True  # no empty folder stays of what vanished upstream
    torn_is_never_idle: bool = True  # a push of nothing looks whether the last one was finished
    restore_last_sealed: bool = True  # only who knows the last whole state brings S3 back to it
    # What the written protocol left open and the model asked for:
    recheck_when_quiet: bool = True  # the marker again also when nothing has to be fetched
    journal_pulls: bool = True  # what a pull is placing is on disk before it is placed
    set_aside_unplanned: bool = True  # own torn push left other bytes than planned: keep and go on
    resume_takes_marker: bool = True  # a resumed push takes the marker again, with a new ETag
    baseline_before_seal: bool = True  # once the marker is there others build on it
    learn_before_push: bool = True  # what looking taught is on disk before a push can be torn
    take_local_is_journaled: bool = True  # what a person chose once need not be chosen again
    contradiction_ends_trust: bool = True  # a LIST unlike the marker's: no fast path until settled
    journal_absorbed_once: bool = True  # a journal that the baseline holds is dead
    swap_into_trash: bool = True  # what a swap takes out of the entry is in trash at once
    baseline_is_of_a_device: bool = True  # another disk mounted there has no baseline
    skipped_keeps_its_row: bool = True  # also where the folder was empty and all was wanted
    second_list: bool = True  # a free looks at S3 again when what is here is out of reach
    taken_place_is_new: bool = True  # what cannot be put back is no deletion by what came there
    vanished_is_no_absence: bool = True  # listed, then not there for stat: run again


PROTOCOL = Rules()
