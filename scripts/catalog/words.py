"""Writes facts for people: sizes, messages, the names of fields and sections."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from registry.humanize import human_bytes

SECTION_WORDS = {  # (one, several)
    "raw_datasets": ("raw dataset", "raw datasets"),
    "processed_datasets": ("processed dataset", "processed datasets"),
    "champion_models": ("champion model", "champion models"),
    "training_results": ("training run", "training runs"),
    "experiments": ("experiment", "experiments"),
}
FIELD_WORDS = {
    "license_name": "License name",
    "license_link": "License text",
    "language": "Languages",
    "source_url": "Source",
    "training_results": "Training results",
    "source_datasets": "Derived from",
    "datasets": "Trained on",
    "base_model": "Tuned from",
    "library_name": "Library",
    "pipeline_tag": "Task",
    "task_categories": "Tasks",
    "size_categories": "Records",
    "personal_sensitive_information": "Personal data",
    "new_version": "Successor",
    "code": "Made by",
}


def field_name(key: str) -> str:
    return FIELD_WORDS.get(key, key.replace("_", " ").capitalize())


def size(count: int | None) -> str:
    return "" if count is None else human_bytes(count)


def coded(text: str) -> Markup:
    """Return a message as HTML: what stands between backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))
