#!/usr/bin/env python3
"""Validates a JSON file against a JSON schema (draft 4): prints every fault, exits with 1 if there is one."""
import json
import sys

import jsonschema


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as schema_file, open(sys.argv[2], encoding="utf-8") as document_file:
        validator = jsonschema.Draft4Validator(json.load(schema_file), format_checker=jsonschema.FormatChecker())
        faults = list(validator.iter_errors(json.load(document_file)))
    for fault in faults:
        print("/".join(map(str, fault.path)), fault.message[:300])
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
