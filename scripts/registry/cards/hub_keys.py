"""Lists the Hub's further keys: judged lightly, and exported as they stand.

From the Hub's own templates, modelcard.md and datasetcard.md of
https://github.com/huggingface/hub-docs, and its pages on gated repositories and model cards.
The fields that a registry works with are in `schema`.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.cards.yaml_values import Value

_KEYS = (
    "annotations_creators base_model_relation co2_eq_emissions configs dataset_info eval_results"
    " extra_gated_button_content extra_gated_description extra_gated_eu_disallowed"
    " extra_gated_fields extra_gated_heading extra_gated_prompt inference instance_prompt"
    " language_bcp47 language_creators language_details license_details mask_token model-index"
    " model_creator model_name model_type multilinguality paperswithcode_id prompt_template"
    " quantized_by task_ids thumbnail train-eval-index viewer widget"
)
HUB_KEYS = tuple(_KEYS.split())

# What the Hub's library needs of a `model-index`, or it refuses the whole card.
_NEEDED = {
    "task": ("type",),
    "dataset": ("type", "name"),
}


def model_index(value: Value) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with a `model-index`, as (line, message)."""
    if value.kind != "list" or not value.data:
        yield value.line, "must be a list of models, `- name: …`: write it so, or delete it"
        return
    for model in value.data:
        yield from _without(model, ("name", "results"))
        for result in _items(model, "results"):
            yield from _without(result, ("task", "dataset", "metrics"))
            for key, needed in _NEEDED.items():
                if result.kind == "mapping" and key in result.data:
                    yield from _without(result.data[key], needed)
            for metric in _items(result, "metrics"):
                yield from _without(metric, ("type", "value"))


def _without(value: Value, keys: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    lacking = [key for key in keys if value.kind != "mapping" or key not in value.data]
    if lacking:
        yield value.line, f"must have {' and '.join(lacking)} here, or the Hub refuses it: add it"


def _items(value: Value, key: str) -> list[Value]:
    items = value.data.get(key) if value.kind == "mapping" else None
    return items.data if items and items.kind == "list" else []
