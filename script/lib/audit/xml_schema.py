"""Validates a document: xml_schema.py --xsd|--rnc SCHEMA DOCUMENT."""

import sys

from lxml import etree

kind, schema, document = sys.argv[1:]
parsers = {"--xsd": lambda: etree.XMLSchema(file=schema), "--rnc": lambda: etree.RelaxNG(file=schema)}
validator = parsers[kind]()
tree = etree.parse(document)
if not validator.validate(tree):
    sys.exit("\n".join(str(error) for error in validator.error_log))
print(f"{len(tree.getroot())} elements, valid")
