"""Extracts the JSON-LD of a page, and writes each block as TypeScript: json_ld.py PAGE ADDRESS FOLDER."""

import json
import pathlib
import sys

import extruct

page, address, folder = sys.argv[1:]
html = pathlib.Path(page).read_text(encoding="utf-8")
blocks = extruct.extract(html, base_url=address, syntaxes=["json-ld"])["json-ld"]
scripts = html.count("application/ld+json")
if len(blocks) < scripts:
    sys.exit(f"{scripts} scripts, of which {len(blocks)} can be read")
if not blocks:
    sys.exit("the page has none")
names = []
for number, block in enumerate(blocks):
    graph = block.get("@graph")
    if block.get("@context") not in ("https://schema.org", "https://schema.org/"):
        sys.exit(f"block {number}: the context is {block.get('@context')!r}")
    block["@context"] = "https://schema.org"
    names += [thing.get("@type") for thing in graph or [block]]
    kind = "Graph" if graph else "WithContext<Thing>"
    text = json.dumps(block, ensure_ascii=False, indent=2)
    code = f'import type {{ {kind.split("<")[0]}, Thing }} from "schema-dts";\nexport const block: {kind} = {text};\n'
    pathlib.Path(folder, f"block{number}.ts").write_text(code, encoding="utf-8")
print(", ".join(map(str, names)))
