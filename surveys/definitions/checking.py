"""Check a definition document: size, then shape (JSON Schema), then meaning. Never raises, whatever it is given."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from surveys.conditions.checking import Problem, quoted
from surveys.definitions.building import build
from surveys.definitions.document import Definition
from surveys.definitions.limits import first_problem
from surveys.definitions.meaning import meaning_problems

MAX_PROBLEMS = 50
SCHEMA_PATH = Path(__file__).resolve().parent.parent / "schema" / "survey-definition-1.json"

_SENTENCES = {
    "const": "This must be {}.",
    "enum": "Use one of: {}.",
    "maxItems": "Use at most {} items.",
    "maxLength": "Use at most {} characters.",
    "maximum": "This number is out of range.",
    "minItems": "This must not be empty.",
    "minLength": "This must not be empty.",
    "minProperties": "This must not be empty.",
    "minimum": "This number is out of range.",
}
_TYPE_NAMES = {"object": "an object", "array": "a list", "string": "a text", "boolean": "true or false"}


class InvalidDefinition(ValueError):
    """The document is no valid definition; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in problems))


def load(document: Any) -> Definition:
    """Check `document` and build its definition.

    The result shares nothing with `document`, is immutable and may be used by several threads.
    Raises InvalidDefinition with up to MAX_PROBLEMS problems.
    """
    if refused := first_problem(document):
        raise InvalidDefinition([refused])
    return _load(json.dumps(document))


# Checking the shape costs a quarter of a second, and every new organization publishes the same built-in surveys.
@lru_cache(maxsize=32)
def _load(text: str) -> Definition:
    document = json.loads(text)
    if problems := check(document):
        raise InvalidDefinition(problems)
    return build(document)


def check(document: Any) -> list[Problem]:
    """List up to MAX_PROBLEMS things that are wrong with `document`, in no promised order; [] if `load` takes it.

    Total: takes any Python value, in bounded time. Meaning (references, languages, codes) is looked at only when the
    shape is right.
    """
    if refused := first_problem(document):
        return [refused]
    if problems := list(islice(_shape_problems(document), MAX_PROBLEMS)):
        return problems
    return list(islice(meaning_problems(document, build(document)), MAX_PROBLEMS))


def _shape_problems(document: object) -> Iterator[Problem]:
    for error in _VALIDATOR.iter_errors(document):
        path = [str(part) for part in error.absolute_path]
        yield Problem("".join(f"/{_escaped(part)}" for part in path), _sentence(error))


def _validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    # Conditions get clearer sentences from check_condition, which takes any shape.
    schema["$defs"]["condition"] = True
    return Draft202012Validator(schema)


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _sentence(error: ValidationError) -> str:
    found: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            return f"This must be {_TYPE_NAMES.get(wanted, 'a number')}."
        case "required":
            return f"Add {quoted(next(name for name in wanted if name not in found))}: it is missing."
        case "additionalProperties":
            return f"Remove {quoted(_unknown_field(found, schema=error.schema))}: there is no such field here."
        case "pattern":
            return f"{quoted(found)} has characters that are not allowed here."
    return _SENTENCES.get(str(error.validator), "This does not fit here.").format(_listed(wanted))


def _listed(wanted: Any) -> str:
    return ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)


def _unknown_field(found: Any, *, schema: Any) -> str:
    known = schema.get("properties", {})
    tags = schema.get("patternProperties", {})
    fits = (name in known or any(re.search(pattern, name) for pattern in tags) for name in found)
    return next((name for name, is_known in zip(found, fits, strict=True) if not is_known), "")


_VALIDATOR = _validator()
